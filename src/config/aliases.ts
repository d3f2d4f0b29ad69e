import type { ConfigKey } from './schema.ts'

/** Keys of earlier gateways' config files, read as ours. */
export const keyAliases: Record<string, ConfigKey> = { http_port: 'port', write_timeout: 'request_timeout' }

/** Names of earlier gateways' environment variables. Ours are `SLUICE_` + the key in capitals and win over these. */
export const environmentAliases: Record<string, ConfigKey> = {
  GATEWAY_HOST: 'host',
  GATEWAY_PORT: 'port',
  MODEL_PATH: 'models',
  LOG_LEVEL: 'log_level',
  JWT_SECRET: 'jwt_secret',
  SLUICE_WRITE_TIMEOUT: 'request_timeout',
}
