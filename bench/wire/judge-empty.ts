import type { Reply } from './attempt.ts'
import type { Failure } from './failure.ts'

/** What a server counts of an answer whose first token was the model's end of text: that token, or nothing. */
const mostTokens = 1

/**
 * Judges an answer that ended without any output. A model may sample its end of text first; the server then says
 * why it ended and counts at most that token. Anything else that is empty has lost its output on the way.
 */
export const judgeEmpty = (reply: Reply, message: string): Failure | undefined => {
  const { finishReason, usage } = reply
  reply.isEmpty = true
  if (finishReason === undefined || usage === undefined) return { kind: 'empty', message }
  if (usage.outputTokens <= mostTokens) return undefined
  return { kind: 'empty', message: `${message}, though the server counted ${usage.outputTokens} tokens` }
}
