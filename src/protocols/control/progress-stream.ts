import type { ServerEvent } from '../protocol.ts'
import type { ActionHooks, Progress } from './actions.ts'
import type { ProgressLine } from './types.ts'

/**
 * Turns a call with progress into lines. The newest progress replaces one that nobody has read yet,
 * so a slow reader costs no memory. A failure is thrown, for the gateway to encode.
 */
export async function* progressStream<T>(
  signal: AbortSignal,
  run: (hooks: ActionHooks) => Promise<T>,
): AsyncGenerator<ServerEvent> {
  let latest: Progress | undefined
  let wake = Promise.withResolvers<void>()
  const result = run({
    signal,
    onProgress(progress) {
      latest = progress
      wake.resolve()
    },
  })
  const ended = result.then(
    () => 'ended' as const,
    () => 'ended' as const,
  )
  while ((await Promise.race([wake.promise, ended])) !== 'ended') {
    wake = Promise.withResolvers()
    if (latest) yield line({ type: 'progress', ...latest })
    latest = undefined
  }
  yield line({ type: 'done', result: await result })
}

const line = <T>(content: ProgressLine<T>): ServerEvent => ({ data: JSON.stringify(content) })
