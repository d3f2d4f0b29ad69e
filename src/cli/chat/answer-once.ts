import { once } from 'node:events'
import { type Answer, collectAnswer } from './answer.ts'
import type { Completer } from './completer.ts'
import { type Conversation, toRequest } from './conversation.ts'
import type { OnceOutput } from './once-output.ts'
import type { ReasoningNotes } from './reasoning-notes.ts'
import { toWireTimings, toWireUsage } from './figures.ts'
import { stripControls } from './safe-text.ts'

export type OnceOptions = {
  complete: Completer
  /** Its last turn is the question. */
  conversation: Conversation
  /** Where the answer streams to; absent under `--json`. */
  output: OnceOutput | undefined
  onStatus: (text: string | undefined) => void
  /** Where what the model thinks is shown; absent: nowhere. */
  reasoning?: ReasoningNotes | undefined
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
  now: () => number
}

export type OnceResult =
  | { type: 'answered'; answer: Extract<Answer, { type: 'answered' }> }
  | { type: 'interrupted' }
  /** The reader of our output left (`| head -1`). */
  | { type: 'closed' }

/** One question, one answer, nothing else on the output. Throws what the server refuses. */
export async function answerOnce(options: OnceOptions): Promise<OnceResult> {
  const { output, signal } = options
  const closed = new AbortController()
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    closed.abort()
  }
  output?.on('error', onError)
  let last = '\n'
  options.onStatus('thinking')
  const stop = AbortSignal.any([signal, closed.signal])
  const answer = await collectAnswer(options.complete, toRequest(options.conversation), {
    signal: stop,
    now: options.now,
    onStatus: options.onStatus,
    onReasoning: (text) => {
      if (!options.reasoning) return options.onStatus('reasoning')
      options.onStatus(undefined)
      options.reasoning.write(text)
    },
    onText: async (text) => {
      options.onStatus(undefined)
      options.reasoning?.end('answer')
      last = text.at(-1) ?? last
      if (output) await write(output, text, stop)
    },
  })
  options.onStatus(undefined)
  options.reasoning?.end('nothing')
  // The handler stays on: the error of a closed pipe may come after the last write.
  if (closed.signal.aborted) return { type: 'closed' }
  if (last !== '\n' && output) await write(output, '\n', stop)
  if (answer.type === 'failed') throw answer.error
  return answer.type === 'stopped' ? { type: 'interrupted' } : { type: 'answered', answer }
}

/** Waits for a slow reader, so that a long answer is not kept in memory. */
async function write(output: OnceOutput, text: string, signal: AbortSignal): Promise<void> {
  if (output.write(output.isTTY ? stripControls(text) : text)) return
  await once(output, 'drain', { signal }).catch(() => {})
}

/** What `--json` prints. */
export const toJson = ({ answer }: Extract<OnceResult, { type: 'answered' }>) => ({
  model: answer.model,
  content: answer.text,
  ...(answer.reasoning !== '' && { reasoning_content: answer.reasoning }),
  finish_reason: answer.reason,
  usage: toWireUsage(answer.figures.usage) ?? null,
  timings: toWireTimings(answer.figures),
})
