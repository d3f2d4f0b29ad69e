import type { GatewayOptions } from '../src/gateway/settings.ts'

/** The gateway's limits, out of the way of what is measured; the same in every benchmark of it. */
export const gatewaySettings: GatewayOptions['settings'] = {
  lenient: false,
  bodyLimitBytes: 16 * 1024 ** 2,
  keepAliveMs: 5000,
  host: '127.0.0.1',
  allowedHosts: [],
  readTimeoutMs: 60_000,
  requestTimeoutMs: 0,
  loadTimeoutMs: 0,
}
