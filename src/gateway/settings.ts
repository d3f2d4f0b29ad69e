import type { AuditOptions } from './audit.ts'
import type { PriorityBook } from '../admission/priority-book.ts'
import type { Access } from '../keys/access.ts'
import type { Moderation } from '../moderation/moderation.ts'
import type { Protocol } from '../protocols/protocol.ts'
import type { ModelRouter } from '../routing/model-router.ts'
import type { Limits } from '../limits/limits.ts'
import type { Logger } from '../log.ts'

export type GatewayState = 'starting' | 'ready' | 'draining'

export type GatewaySettings = {
  /** Unknown request parameters are ignored, and named in a header, instead of refused. */
  lenient: boolean
  bodyLimitBytes: number
  /** Silence before an SSE comment is sent. */
  keepAliveMs: number
  /** The address that the server listens on: requests may name it in their Host header. */
  host: string
  /** Further names for the Host and Origin headers; `.example.com` allows every name below it, `*` all. */
  allowedHosts: string[]
  /** Longest time for a whole request to arrive; 0: no limit. */
  readTimeoutMs: number
  /** Whose requests go first; default: all alike. */
  priorities?: PriorityBook
  /** Longest time for a whole request; 0: no limit. */
  requestTimeoutMs: number
  /** Longest wait for a model to load; 0: no limit. */
  loadTimeoutMs: number
}

/** A part that may work worse than it should; `degraded` says how. */
export type Condition = { name: string; degraded: string | null }

export type GatewayOptions = {
  /** The first one also words the failures that belong to no route. */
  protocols: [Protocol, ...Protocol[]]
  models: ModelRouter
  access: Pick<Access, 'identify'>
  /** Absent: callers may use as much as there is. */
  limits?: Limits | undefined
  /** Content filters; absent: none. */
  moderation?: Moderation
  log: Logger
  settings: GatewaySettings
  state: () => GatewayState
  version: string
  /** Where requests are recorded; absent: nowhere. */
  audit?: AuditOptions
  /** What does not work as it should while requests are served all the same. */
  conditions?: () => Condition[]
  /** Aborted when the drain time is over: what still runs then ends with `draining`. */
  shutdown?: AbortSignal
}
