import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { createCircuit } from './circuit.ts'
import type { Judge, Question, Verdict } from './judge.ts'

export type GuardOptions = {
  name: string
  timeoutMs: number
  onFailure: 'allow' | 'block'
  log: Logger
  events?: { record(name: string, details?: Record<string, string | number>): void } | undefined
}

export type GuardedJudge = {
  judge: Judge
  /** What is wrong at the moment, for the operator; null: nothing. */
  degraded(): string | null
}

const retryAfterMs = 5000

/** A judge that answers in time, or as its policy says; one that is out of order is not asked for a while. */
export function guardJudge(judge: Judge, options: GuardOptions): GuardedJudge {
  const { name, timeoutMs, onFailure } = options
  const circuit = createCircuit()
  let problem: string | null = null
  const failed = (cause: unknown): Verdict => {
    if (onFailure === 'allow') return { action: 'allow', unchecked: true }
    const message = `the content filter "${name}" cannot be asked at the moment; try again`
    throw new AppError('moderation_unavailable', message, { retryAfterMs, details: { filter: name }, cause })
  }
  const note = (cause: unknown) => {
    const wasOpen = circuit.isOpen()
    circuit.fail(performance.now())
    problem = describe(cause)
    options.log.warn({ event: 'moderation.failed', filter: name, reason: problem }, 'a content filter failed')
    if (wasOpen || !circuit.isOpen()) return
    options.events?.record('moderation.failed', { filter: name, reason: problem, policy: onFailure })
  }
  return {
    async judge(question, signal) {
      if (!circuit.tryEnter(performance.now())) return failed(new Error(problem ?? 'out of order'))
      try {
        const verdict = await inTime(judge, question, signal, timeoutMs)
        circuit.succeed()
        problem = null
        return verdict
      } catch (cause) {
        if (signal.aborted) {
          circuit.leave()
          throw signal.reason
        }
        note(cause)
        return failed(cause)
      }
    },
    degraded: () => (problem === null ? null : `${name}: ${problem}; policy: ${onFailure}`),
  }
}

async function inTime(judge: Judge, question: Question, signal: AbortSignal, ms: number): Promise<Verdict> {
  const late = new AbortController()
  const either = AbortSignal.any([signal, late.signal])
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${ms} ms`)), ms)
  const aborted = Promise.withResolvers<never>()
  const leave = () => aborted.reject(either.reason)
  either.addEventListener('abort', leave, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([judge(question, either), aborted.promise])
  } finally {
    clearTimeout(timer)
    either.removeEventListener('abort', leave)
  }
}

/** Only what we or the system say ourselves: an answer's text may hold anything. */
function describe(cause: unknown): string {
  if (cause instanceof AppError) return cause.code
  const { code } = (cause ?? {}) as { code?: unknown }
  if (typeof code === 'string') return code.slice(0, 64)
  return cause instanceof Error ? cause.message.slice(0, 200) : 'failed'
}
