import { AppError } from '../errors.ts'
import type { Place } from './take-over.ts'
import type { FromThread, Question, Questions, ToThread } from './thread-messages.ts'

/** Rejects with `store_unavailable`. */
export type Ask = <Q extends Question>(
  question: Q,
  value: Questions[Q]['ask'],
  upTo: Place,
  timeoutMs: number,
) => Promise<Questions[Q]['answer']>

type Waiting = { resolve(value: unknown): void; reject(cause: Error): void; timer: NodeJS.Timeout }

/** Questions to the thread and who waits for their answers. `tell` says whether somebody is there to hear it. */
export function createQuestions(tell: (message: ToThread) => boolean, onWaits: (waits: boolean) => void) {
  const waiting = new Map<number, Waiting>()
  let asked = 0
  const settle = (id: number, act: (one: Waiting) => void) => {
    const one = waiting.get(id)
    if (!one) return
    waiting.delete(id)
    clearTimeout(one.timer)
    if (waiting.size === 0) onWaits(false)
    act(one)
  }
  const fail = (id: number, reason: string) => settle(id, ({ reject }) => reject(unavailable(reason)))
  const ask: Ask = (question, value, upTo, timeoutMs) =>
    new Promise((resolve, reject) => {
      const id = (asked += 1)
      if (!tell({ type: 'ask', id, question, value, upTo })) {
        reject(unavailable('the thread that writes it has failed and starts again soon'))
        return
      }
      const timer = setTimeout(() => fail(id, `no answer for ${timeoutMs} ms`), timeoutMs)
      waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, timer })
      onWaits(true)
    })
  return {
    ask,
    settle(message: Extract<FromThread, { type: 'answer' | 'failed' }>) {
      if (message.type === 'failed') fail(message.id, message.reason)
      else settle(message.id, ({ resolve }) => resolve(message.value))
    },
    failAll(reason: string) {
      for (const id of waiting.keys()) fail(id, reason)
    },
  }
}

const retryMs = 2000
const unavailable = (reason: string): AppError =>
  new AppError('store_unavailable', `the ledger cannot be asked: ${reason}; try again in a moment`, {
    retryAfterMs: retryMs,
  })
