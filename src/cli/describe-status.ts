import { formatBytes, formatDuration } from './format.ts'

type Status = {
  state: string
  base_url: string
  version: string
  pid: number
  uptime_ms: number
  models_loaded: string[]
  running_requests: number
  memory_bytes: number
  home: string
  /** Absent from an older daemon. */
  degraded?: { name: string; degraded: string }[]
}

/** What `status` prints. */
export function describeStatus(status: Status | undefined): string {
  if (!status) return 'not running; start it with: sluice serve'
  return [
    `${status.state} at ${status.base_url}/v1`,
    `  version   ${status.version}, process ${status.pid}, up ${formatDuration(status.uptime_ms)}`,
    `  models    ${status.models_loaded.join(', ') || 'none loaded'}`,
    `  requests  ${status.running_requests} running`,
    `  memory    ${formatBytes(status.memory_bytes)}`,
    `  state in  ${status.home}`,
    ...(status.degraded ?? []).map(({ name, degraded }) => `  degraded  ${name}: ${degraded}`),
  ].join('\n')
}
