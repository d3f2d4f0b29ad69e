import { createStopMatcher } from '../../engine/stop-matcher.ts'
import type { Counters } from '../../engine/counters.ts'
import type { EngineEvent, FinishReason, GenerateRequest } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import type { FakeOptions } from './fake-options.ts'
import { createFakePace, type FakePace } from './fake-pace.ts'
import type { FakeSlots, SlotGrant } from './fake-slots.ts'
import { fakeWord } from './fake-vocabulary.ts'
import { createFakeWords } from './fake-words.ts'

export type FakeModel = {
  fake: FakeOptions
  slots: FakeSlots
  counters: Counters
  contextLength: number
  batchTokens: number
  /** Aborted with the error that running generations end with. */
  closing: AbortController
  /** When the generations that are stuck, as asked, got stuck. */
  stalls: Set<{ since: number }>
  /** Generations begun so far. */
  begun: number
}

export type FakeCall = {
  request: GenerateRequest
  prompt: readonly number[]
  choice: number
  signal: AbortSignal
}

/** A call in its slot. `answer` grows token by token. */
type Run = FakeCall & {
  grant: SlotGrant
  answer: number[]
  either: AbortSignal
  pace: FakePace
  isFaulty: boolean
}

export async function* generateFake(
  model: FakeModel,
  call: FakeCall,
): AsyncGenerator<EngineEvent, void, undefined> {
  const { slots, counters, fake } = model
  const arrived = performance.now()
  let run: Run | undefined
  let isOver = false
  let isFailed = false
  try {
    assertGoing(model, call)
    const grant = await slots.acquire(call.prompt, call.signal)
    const started = performance.now()
    const waits =
      fake.tokensPerSecond > 0 || fake.prefillTokensPerSecond > 0 || Number.isFinite(fake.stallAfter)
    const either = waits ? AbortSignal.any([call.signal, model.closing.signal]) : call.signal
    const pace = createFakePace(fake.tokensPerSecond, fake.prefillTokensPerSecond)
    run = { ...call, grant, answer: [], either, pace, isFaulty: model.begun++ < fake.faults }
    yield* prefill(model, run)
    const firstToken = performance.now()
    const reason = yield* answer(model, run)
    slots.release(grant.slot, [...call.prompt, ...run.answer])
    isOver = true
    yield {
      type: 'finish',
      reason,
      usage: {
        promptTokens: call.prompt.length,
        cachedTokens: grant.cachedTokens,
        completionTokens: run.answer.length,
      },
      timings: {
        queueMs: started - arrived,
        prefillMs: firstToken - started,
        decodeMs: performance.now() - firstToken,
      },
    }
  } catch (cause) {
    isFailed = !(cause instanceof AppError) || cause.code !== 'cancelled'
    throw cause
  } finally {
    if (!isOver && run !== undefined) slots.release(run.grant.slot, [...call.prompt, ...run.answer])
    if (!isOver && !isFailed) counters.cancelled()
  }
}

async function* prefill(model: FakeModel, run: Run): AsyncGenerator<EngineEvent, void, undefined> {
  const { counters, batchTokens } = model
  const total = run.prompt.length
  const { cachedTokens } = run.grant
  counters.admitted(cachedTokens)
  for (let processed = cachedTokens; processed < total;) {
    const chunk = Math.min(Math.max(1, batchTokens), total - processed)
    processed += chunk
    await run.pace.prefill(chunk, run.either)
    assertGoing(model, run)
    counters.prefilled(chunk)
    yield { type: 'prompt-progress', processed, total }
  }
}

async function* answer(model: FakeModel, run: Run): AsyncGenerator<EngineEvent, FinishReason, undefined> {
  const { fake, counters } = model
  const { request, prompt, choice, pace } = run
  const room = model.contextLength - prompt.length
  const limit = Math.min(request.maxTokens ?? room, room)
  const least = request.minTokens ?? 0
  const own = request.ignoreEos ? Number.POSITIVE_INFINITY : Math.max(fake.tokens, least)
  const next = createFakeWords(prompt, request.sampling, choice)
  const matcher = createStopMatcher(request.stop)
  let held = 0
  while (run.answer.length < Math.min(limit, own)) {
    const due = pace.token(run.answer.length, run.either)
    if (due !== undefined) await due
    if (run.isFaulty && run.answer.length >= fake.stallAfter) await stall(model, run.either)
    assertGoing(model, run)
    if (run.isFaulty && run.answer.length >= fake.failAfter)
      throw new AppError('engine_failed', 'the fake model failed as asked')
    const token = next()
    run.answer.push(token)
    // The fake's requests share no step, so every step has one sequence.
    counters.stepped(1)
    held++
    const { text, stopped } = matcher.push(fakeWord(token), run.answer.length > least)
    if (text !== '') {
      yield { type: 'text-delta', text, tokens: held }
      held = 0
    }
    if (stopped) return 'stop'
  }
  const rest = matcher.flush()
  if (rest !== '') yield { type: 'text-delta', text: rest, tokens: held }
  return own < limit ? 'stop' : 'length'
}

/** No step comes; only the end of the request ends it. */
async function stall({ stalls }: FakeModel, signal: AbortSignal): Promise<void> {
  const own = { since: performance.now() }
  stalls.add(own)
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  stalls.delete(own)
}

function assertGoing({ closing }: FakeModel, { signal }: FakeCall): void {
  if (closing.signal.aborted) throw closing.signal.reason
  if (signal.aborted) throw new AppError('cancelled', 'the request was cancelled')
}
