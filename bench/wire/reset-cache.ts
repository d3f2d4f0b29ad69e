import { AppError } from '../../src/errors.ts'
import type { Connections } from './connections.ts'
import type { Target } from './target.ts'
import { requestText } from './request-text.ts'

/** vLLM's, with `VLLM_SERVER_DEV_MODE=1`; SGLang's; our daemon's, which wants the model's name. */
const paths = ['/reset_prefix_cache', '/flush_cache', '/api/models/reset-cache'] as const
/** SGLang waits until nothing runs. */
const timeoutMs = 30_000

/** Asks the server to forget the prompts it has seen. Answers which of its endpoints did. */
export const resetCache = async (
  { pool, headers }: Connections,
  { target, model, signal }: { target: Target; model: string; signal: AbortSignal },
): Promise<string> => {
  const base = target.basePath.replace(/\/v1$/, '')
  for (const path of paths) {
    const body = path.startsWith('/api/') ? JSON.stringify({ model }) : ''
    const answer = await requestText(pool, {
      path: base + path, method: 'POST', headers, body, signal, timeoutMs, maxBytes: 64 * 1024,
    }) // prettier-ignore
    if (answer !== undefined) return path
  }
  throw new AppError(
    'invalid_request',
    `--reset-cache: ${target.origin} cannot forget its prompts: none of ${paths.join(', ')} answers with 200. vLLM has the first with VLLM_SERVER_DEV_MODE=1, SGLang the second, sluice the third for a key with admin rights, other servers none; prompts with a nonce need no reset`,
    { param: 'reset-cache' },
  )
}
