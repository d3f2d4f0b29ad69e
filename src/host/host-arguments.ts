import type { LoadOptions } from '../engine/types.ts'
import type { LogLevel } from '../log.ts'

/** PEM files. With `ca`, callers must show a certificate that it has signed. */
export type TlsFiles = { certificate: string; key: string; ca?: string }

/** What whoever starts an engine host says, as one JSON argument. */
export type HostArguments = {
  /** A key of `engineLoaders`. */
  engine: string
  /** `unix:PATH` or `HOST:PORT`; port 0 takes a free one. */
  listen: string
  /** Stable across restarts; made up where absent. */
  workerId?: string
  /** Loaded after the host listens; until then its health is NOT_SERVING. A `source` may be `pocket`. */
  model?: { id: string; load: LoadOptions }
  tls?: TlsFiles
  /** Allows an address that other machines can reach without TLS. */
  insecure?: boolean
  logLevel?: LogLevel
  /** Time that running requests get at SIGTERM. */
  drainTimeoutMs?: number
  /** Time between the health that says NOT_SERVING and the first refused request. */
  graceMs?: number
}

/** What a host tells its parent over the IPC channel, where there is one. */
export type HostMessage =
  | { type: 'listening'; address: string }
  | { type: 'loading'; model: string; fraction: number }
  | { type: 'serving'; model: string }
  | { type: 'failed'; error: { code: string; message: string; param: string | null } }
