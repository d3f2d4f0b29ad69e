import { formatDuration } from './format.ts'

type Breaker = { state: string; retry_in_ms: number }

/** `serving`, or what keeps requests from a worker that serves. */
export function describeReplicaState(state: string, breakers: readonly Breaker[]): string {
  const open = breakers.filter((breaker) => breaker.state === 'open')
  if (open.length > 0)
    return `${state}, breaker open ${formatDuration(Math.max(...open.map((breaker) => breaker.retry_in_ms)))}`
  return breakers.some((breaker) => breaker.state === 'half-open') ? `${state}, breaker half-open` : state
}
