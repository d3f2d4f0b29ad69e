import { createPriorityBook } from '../admission/priority-book.ts'
import type { Config } from '../config/schema.ts'
import type { GatewaySettings } from '../gateway/app.ts'

export const readGatewaySettings = (config: Config): GatewaySettings => ({
  lenient: config.lenient,
  bodyLimitBytes: config.body_limit,
  keepAliveMs: config.keep_alive,
  readTimeoutMs: config.read_timeout,
  writeTimeoutMs: config.write_timeout,
  host: config.host,
  allowedHosts: config.allowed_hosts,
  priorities: createPriorityBook(config.priorities),
})
