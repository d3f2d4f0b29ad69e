import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { endless, failure, never, run, start } from './contract-calls.test-kit.ts'
import type { Engine } from './engine.ts'
import type { LoadOptions } from './types.ts'

export type ContractOptions = {
  /** A fresh engine; the kit closes it. */
  createEngine: (options: Pick<LoadOptions, 'parallel' | 'contextLength' | 'batchTokens'>) => Promise<Engine>
}

const small = { parallel: 2, contextLength: 512, batchTokens: 64 }

/** What every engine promises, whatever is inside. */
export function engineContract(name: string, { createEngine }: ContractOptions): void {
  describe(`${name} keeps the engine contract`, () => {
    describe('answers', () => answersContract(createEngine))
    describe('cancels', () => cancelContract(createEngine))
    describe('refuses and fails', () => failureContract(createEngine))
  })
}

function answersContract(createEngine: ContractOptions['createEngine']): void {
  let engine: Engine
  beforeAll(async () => {
    engine = await createEngine({ ...small, parallel: 16 })
  })
  afterAll(() => engine.close())

  test('ends with exactly one finish, and the usage adds up', async () => {
    const { events, deltas, finish, prepared } = await run(engine, endless('One day', { maxTokens: 12 }))
    expect(events.filter((event) => event.type === 'finish')).toHaveLength(1)
    expect(finish.reason).toBe('length')
    expect(finish.usage).toMatchObject({ promptTokens: prepared.promptTokens, completionTokens: 12 })
    expect(deltas.reduce((sum, delta) => sum + delta.tokens, 0)).toBeLessThanOrEqual(12)
    for (const delta of deltas) expect(delta.text).not.toBe('')
  })

  test('reports prompt progress up to the whole prompt', async () => {
    const { events, prepared } = await run(engine, endless('a gate '.repeat(60), { maxTokens: 1 }))
    const progress = events.filter((event) => event.type === 'prompt-progress')
    expect(progress.length).toBeGreaterThan(1)
    expect(progress.at(-1)).toEqual({
      type: 'prompt-progress',
      processed: prepared.promptTokens,
      total: prepared.promptTokens,
    })
  })

  test('fills the context and no more', async () => {
    const { finish, prepared } = await run(engine, endless('a gate '.repeat(60)))
    expect(finish.reason).toBe('length')
    expect(prepared.promptTokens + finish.usage.completionTokens).toBe(small.contextLength)
  })

  test('nothing was asked for: no text, and it still finishes', async () => {
    const { deltas, finish } = await run(engine, endless('One day', { maxTokens: 0 }))
    expect(deltas).toEqual([])
    expect(finish).toMatchObject({ reason: 'length', usage: { completionTokens: 0 } })
  })

  test('never emits a stop string, wherever it crosses tokens', async () => {
    const { text } = await run(engine, endless('One day', { maxTokens: 40 }))
    for (const [from, length] of [
      [3, 1],
      [5, 4],
      [9, 12],
    ] as const) {
      const stop = text.slice(from, from + length)
      const stopped = await run(engine, endless('One day', { maxTokens: 40, stop: ['never said', stop] }))
      expect(stopped.finish.reason).toBe('stop')
      expect(stopped.text).toBe(text.slice(0, text.indexOf(stop)))
    }
  })

  test('a least length puts stop strings off, and the end', async () => {
    const { text } = await run(engine, endless('One day', { maxTokens: 40 }))
    const stop = text.slice(5, 9)
    const stopped = await run(engine, endless('One day', { maxTokens: 40, stop: [stop] }))
    const place = stopped.finish.usage.completionTokens
    const waited = await run(engine, endless('One day', { maxTokens: 40, minTokens: place, stop: [stop] }))
    expect(waited.finish.usage.completionTokens).toBeGreaterThan(place)
    expect(waited.text.startsWith(text.slice(0, 9))).toBe(true)
    const natural = { ignoreEos: false, maxTokens: 400 }
    const free = await run(engine, endless('One day', natural))
    const least = Math.min(free.finish.usage.completionTokens + 5, 400)
    const later = await run(engine, endless('One day', { ...natural, minTokens: least }))
    expect(later.finish.usage.completionTokens).toBeGreaterThanOrEqual(least)
  })

  test('text held back for a stop string that never came is sent at the end', async () => {
    const { text } = await run(engine, endless('One day', { maxTokens: 20 }))
    const almost = `${text.slice(-3)}\u0000`
    const held = await run(engine, endless('One day', { maxTokens: 20, stop: [almost] }))
    expect(held.finish.reason).toBe('length')
    expect(held.text).toBe(text)
  })

  test('the same seed repeats; choices differ', async () => {
    const request = endless('Once', { maxTokens: 24, sampling: { temperature: 1.5, seed: 7 } })
    const first = await run(engine, request, 0)
    const again = await run(engine, request, 0)
    const other = await run(engine, request, 1)
    expect(again.text).toBe(first.text)
    expect(other.text).not.toBe(first.text)
  })

  test('a banned token does not come', async () => {
    const { text } = await run(engine, endless('One day', { maxTokens: 8 }))
    const banned = await engine.tokenize(text)
    const logitBias = new Map(banned.map((token) => [token, -100]))
    const without = await run(
      engine,
      endless('One day', { maxTokens: 8, sampling: { temperature: 0, logitBias } }),
    )
    const tokens = await engine.tokenize(without.text)
    expect(tokens.slice(0, -1).filter((token) => banned.includes(token))).toEqual([])
  })

  test('greedy output is the same alone and among sixteen', async () => {
    const prompts = Array.from({ length: 16 }, (_, index) => `Story number ${index}: once`)
    const alone: string[] = []
    for (const prompt of prompts) alone.push((await run(engine, endless(prompt, { maxTokens: 24 }))).text)
    const together = await Promise.all(
      prompts.map((prompt) => run(engine, endless(prompt, { maxTokens: 24 }))),
    )
    expect(together.map(({ text }) => text)).toEqual(alone)
  })

  test('a repeated prompt is found in the cache and answers the same', async () => {
    const first = await run(engine, endless('The keeper of the gate ', { maxTokens: 6 }))
    const second = await run(engine, endless('The keeper of the gate ', { maxTokens: 6 }))
    expect(second.finish.usage.cachedTokens).toBe(second.finish.usage.promptTokens - 1)
    expect(second.text).toBe(first.text)
  })

  test('forgets its prompts on demand, and what runs goes on', async () => {
    const kept = endless('The ferryman counted his boats ', { maxTokens: 6 })
    const { text } = await run(engine, kept)
    const running = await start(engine, endless('A long story of the locks ', { maxTokens: 60 }))
    await engine.resetPrefixCache!()
    const again = await run(engine, kept)
    expect(again.finish.usage.cachedTokens).toBe(0)
    expect(again.text).toBe(text)
    expect(await failure(running)).toBeUndefined()
    // What ran meanwhile has left nothing either, whatever the slot.
    const later = await run(engine, endless('A long story of the locks ', { maxTokens: 60 }))
    expect(later.finish.usage.cachedTokens).toBe(0)
    expect((await run(engine, kept)).finish.usage.cachedTokens).toBeGreaterThan(0)
  })

  test('every delta is whole characters', async () => {
    const sampling = { temperature: 2, seed: 3 }
    const { deltas } = await run(engine, endless('水 🌊 größe', { maxTokens: 200, sampling }))
    for (const delta of deltas) expect(delta.text.isWellFormed()).toBe(true)
  })

  test.each(['plain words', 'größe, 水門 and 🌊👩‍🚀', ' \n\n leading and trailing \t ', ''])(
    'tokens of %j turn back into it',
    async (text) => {
      expect(await engine.detokenize(await engine.tokenize(text))).toBe(text)
    },
  )

  test('half a character in or out is replaced, not fatal', async () => {
    const tokens = await engine.tokenize('a lone \uD83C half')
    expect(await engine.detokenize(tokens)).toContain('\uFFFD')
    const flood = await engine.tokenize('\u{1F30A}')
    expect((await engine.detokenize(flood.slice(0, 1))).isWellFormed()).toBe(true)
  })

  test('tokens are accepted as a prompt', async () => {
    const tokens = await engine.tokenize('One day the gate')
    const { prepared } = await run(engine, endless('', { prompt: { kind: 'tokens', tokens }, maxTokens: 1 }))
    expect(prepared.promptTokens).toBe(tokens.length)
  })

  test('a chat is answered', async () => {
    const prompt = { kind: 'chat' as const, messages: [{ role: 'user' as const, text: 'hello' }] }
    const { text } = await run(engine, endless('', { prompt, maxTokens: 8 }))
    expect(text).not.toBe('')
  })
}

function cancelContract(createEngine: ContractOptions['createEngine']): void {
  let engine: Engine
  beforeAll(async () => {
    engine = await createEngine(small)
  })
  afterAll(() => engine.close())
  afterEach(() => {
    expect(engine.status()).toMatchObject({ busySlots: 0, waiting: 0 })
  })

  test('aborted before the start', async () => {
    const prepared = await engine.prepare(endless('One day'))
    const iterator = prepared.generate(0, AbortSignal.abort())[Symbol.asyncIterator]()
    expect(await failure(iterator)).toMatchObject({ code: 'cancelled' })
  })

  test('aborted while it generates', async () => {
    const abort = new AbortController()
    const iterator = await start(engine, endless('One day'), abort.signal)
    expect(engine.status().busySlots).toBe(1)
    const before = engine.status().counters.cancelled
    abort.abort()
    expect(await failure(iterator)).toMatchObject({ code: 'cancelled' })
    // The counters of a worker come with its next report.
    await expect.poll(() => engine.status().counters.cancelled).toBe(before + 1)
  })

  test('aborted while it waits, which leaves the others alone', async () => {
    const running = await Promise.all([start(engine, endless('One')), start(engine, endless('Two'))])
    const abort = new AbortController()
    const prepared = await engine.prepare(endless('Three'))
    const late = prepared.generate(0, abort.signal)[Symbol.asyncIterator]()
    const outcome = failure(late)
    expect(engine.status()).toMatchObject({ busySlots: 2, waiting: 1 })
    abort.abort()
    expect(await outcome).toMatchObject({ code: 'cancelled' })
    expect(engine.status()).toMatchObject({ busySlots: 2, waiting: 0 })
    for (const iterator of running) await iterator.return?.()
  })

  test('left early: the slot is free when leaving has resolved, and another can have it', async () => {
    for await (const event of (await engine.prepare(endless('One day'))).generate(0, never)) {
      if (event.type === 'text-delta') break
    }
    expect(engine.status().busySlots).toBe(0)
    const { finish } = await run(engine, endless('One day', { maxTokens: 3 }))
    expect(finish.usage.completionTokens).toBe(3)
  })

  test('who waits gets the slot of who leaves, in order', async () => {
    const running = await Promise.all([start(engine, endless('One')), start(engine, endless('Two'))])
    const order: number[] = []
    const waiting = [0, 1, 2].map(async (index) => {
      await run(engine, endless(`Waiting ${index}`, { maxTokens: 4 }))
      order.push(index)
    })
    await running[0]!.return?.()
    await Promise.all(waiting)
    expect(order).toEqual([0, 1, 2])
    await running[1]!.return?.()
  })
}

function failureContract(createEngine: ContractOptions['createEngine']): void {
  test('a prompt that does not fit is refused with the numbers, and the engine still serves', async () => {
    const engine = await createEngine(small)
    const refused = engine.prepare(endless('a gate '.repeat(600)))
    await expect(refused).rejects.toMatchObject({
      code: 'context_length_exceeded',
      details: { n_ctx: small.contextLength, n_prompt_tokens: expect.any(Number) },
    })
    const error: unknown = await refused.catch((cause: unknown) => cause)
    const promptTokens = (error as { details: { n_prompt_tokens: number } }).details.n_prompt_tokens
    expect(promptTokens).toBeGreaterThanOrEqual(small.contextLength)
    expect((await run(engine, endless('One day', { maxTokens: 2 }))).finish.reason).toBe('length')
    await engine.close()
  })

  test.each([[[]], [[-1]], [[1e9]], [[1.5]]])(
    'the prompt tokens %j are refused',
    async (tokens: number[]) => {
      const engine = await createEngine(small)
      const refused = engine.prepare(endless('', { prompt: { kind: 'tokens', tokens } }))
      await expect(refused).rejects.toMatchObject({ code: 'invalid_request' })
      await engine.close()
    },
  )

  test('closing ends what runs and what waits; it may be done twice', async () => {
    const engine = await createEngine(small)
    const running = await Promise.all([start(engine, endless('One')), start(engine, endless('Two'))])
    const late = (await engine.prepare(endless('Three'))).generate(0, never)[Symbol.asyncIterator]()
    const outcomes = [...running, late].map(failure)
    await Promise.all([engine.close(), engine.close()])
    await engine.close()
    for (const error of await Promise.all(outcomes)) expect(error).toMatchObject({ code: 'engine_failed' })
    await expect(engine.prepare(endless('Four'))).rejects.toMatchObject({ code: 'engine_failed' })
    expect(engine.status()).toMatchObject({ busySlots: 0, waiting: 0 })
  })
}
