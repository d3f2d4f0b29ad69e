import type { HostedModel } from './hosted-models.ts'
import { longestTimerMs } from './longest-timer.ts'

export type RunningCall = {
  /** Aborts when the caller leaves, its deadline passes, or Abort names it. */
  readonly signal: AbortSignal
  /** The engine has nothing of it any more. */
  finish(): void
}

export type RunningCalls = {
  begin(call: { requestId: string; model: HostedModel; choices: number; signal: AbortSignal }): RunningCall
  /** Calls of one model, or all. */
  count(model?: HostedModel): number
  /** Generations of one model, waiting ones included. */
  choices(model: HostedModel): number
  /** Ends calls by their ids; resolves with their number when all of them have finished. */
  abort(requestIds: readonly string[] | 'all'): Promise<number>
  /** Resolves when no call is left, or when the time is over, with the number of those left. */
  idle(timeoutMs: number, model?: HostedModel): Promise<number>
}

type Entry = {
  requestId: string
  model: HostedModel
  choices: number
  controller: AbortController
  over: PromiseWithResolvers<void>
}

/** Everything that runs or waits in the worker's engines. */
export function createRunningCalls(): RunningCalls {
  const running = new Set<Entry>()
  const select = (model?: HostedModel) =>
    model === undefined ? [...running] : [...running].filter((entry) => entry.model === model)
  return {
    begin({ signal, ...call }) {
      const controller = new AbortController()
      const entry: Entry = { ...call, controller, over: Promise.withResolvers() }
      const leave = () => controller.abort()
      if (signal.aborted) leave()
      signal.addEventListener('abort', leave, { once: true })
      running.add(entry)
      return {
        signal: controller.signal,
        finish() {
          running.delete(entry)
          entry.over.resolve()
        },
      }
    },
    count: (model) => (model === undefined ? running.size : select(model).length),
    choices: (model) => select(model).reduce((sum, entry) => sum + entry.choices, 0),
    async abort(requestIds) {
      const wanted = requestIds === 'all' ? undefined : new Set(requestIds.filter((id) => id !== ''))
      const named = select().filter((entry) => wanted === undefined || wanted.has(entry.requestId))
      for (const { controller } of named) controller.abort()
      await Promise.all(named.map(({ over }) => over.promise))
      return named.length
    },
    async idle(timeoutMs, model) {
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(late.resolve, Math.min(timeoutMs, longestTimerMs))
      await Promise.race([late.promise, Promise.all(select(model).map(({ over }) => over.promise))])
      clearTimeout(timer)
      return select(model).length
    },
  }
}
