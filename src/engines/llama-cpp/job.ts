import { EventQueue } from '../../engine/event-queue.ts'
import { createStopMatcher, type StopMatcher } from '../../engine/stop-matcher.ts'
import type { FinishReason } from '../../engine/types.ts'
import type { AppError } from '../../errors.ts'
import type { SamplerConfig } from './binding.ts'
import { createTextAssembler, type TextAssembler } from './text-assembler.ts'

export type JobInput = {
  prompt: Uint32Array
  maxTokens: number
  minTokens?: number
  stop: readonly string[]
  ignoreEos: boolean
  sampler: SamplerConfig
  /** The sampler from the token on that may be the last one, where it is another. */
  freeSampler?: SamplerConfig
}

/** One generation, from its arrival to its last event. */
export type Job = JobInput & {
  readonly events: EventQueue
  readonly matcher: StopMatcher
  readonly assembler: TextAssembler
  readonly times: { arrived: number; started: number; firstToken: number }
  cachedTokens: number
  completionTokens: number
  /** Sampled tokens whose text has not left yet. */
  heldTokens: number
  /** A stop string was met: no text after it may leave. */
  stopped: boolean
  /** Why it must end at the next chance, when somebody outside decided that. */
  ending: AppError | undefined
}

export const createJob = (input: JobInput, onLeave: () => void): Job => ({
  ...input,
  events: new EventQueue(onLeave),
  matcher: createStopMatcher(input.stop),
  assembler: createTextAssembler(),
  times: { arrived: performance.now(), started: 0, firstToken: 0 },
  cachedTokens: 0,
  completionTokens: 0,
  heldTokens: 0,
  stopped: false,
  ending: undefined,
})

function emitText(job: Job, text: string): void {
  if (text === '') return
  job.events.push({ type: 'text-delta', text, tokens: job.heldTokens })
  job.heldTokens = 0
}

/** What a model says of its own tokens. */
export type Vocabulary = {
  textOf(token: number): string | Uint8Array
  isEnd(token: number): boolean
}

/**
 * Counts and emits one sampled token; returns why the generation is over, if it is. Every sampled token
 * counts, the end-of-generation token and those that only made up a stop string included.
 */
export function acceptToken(job: Job, token: number, vocabulary: Vocabulary): FinishReason | undefined {
  job.completionTokens++
  const isEnd = vocabulary.isEnd(token)
  if (isEnd && !job.ignoreEos) return 'stop'
  job.heldTokens++
  const { text, stopped } = job.matcher.push(
    isEnd ? '' : job.assembler.push(vocabulary.textOf(token)),
    mayStop(job),
  )
  emitText(job, text)
  job.stopped = stopped
  if (stopped) return 'stop'
  return job.completionTokens >= job.maxTokens ? 'length' : undefined
}

/** As in vLLM, the text of the first `minTokens` tokens completes no stop string. */
const mayStop = ({ completionTokens, minTokens = 0 }: Job): boolean => completionTokens > minTokens

/** Sends what was held back and the one `finish` event. */
export function finishJob(job: Job, reason: FinishReason): void {
  const now = performance.now()
  const { arrived, started, firstToken } = job.times
  if (!job.stopped) {
    const tail = job.matcher.push(job.assembler.flush(), mayStop(job))
    emitText(job, tail.text + job.matcher.flush())
  }
  job.events.push({
    type: 'finish',
    reason,
    usage: {
      promptTokens: job.prompt.length,
      cachedTokens: job.cachedTokens,
      completionTokens: job.completionTokens,
    },
    timings: { queueMs: started - arrived, prefillMs: firstToken - started, decodeMs: now - firstToken },
  })
  job.events.end()
}
