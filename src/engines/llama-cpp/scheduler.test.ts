import { expect, test } from 'vitest'
import type { EngineEvent } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import type { Job, JobInput } from './job.ts'
import { MemoryContext } from './memory-context.test-kit.ts'
import { Scheduler } from './scheduler.ts'
import { createThreadControl } from './thread-control.ts'
import type { StepShape } from './step-times.ts'
import type { ThreadGovernor } from './thread-governor.ts'

const end = 7
const never = new AbortController().signal

type CreateOptions = {
  slots?: number
  batchTokens?: number
  contextLength?: number
  governor?: ThreadGovernor
}

function create({ slots = 2, batchTokens = 8, contextLength = 64, governor }: CreateOptions = {}) {
  const context = new MemoryContext(slots)
  const scheduler = new Scheduler({
    context,
    threads: createThreadControl({ context, threads: 1, governor }),
    vocabulary: { textOf: (token) => `${token} `, isEnd: (token) => token === end },
    createSampler: () => ({ applyConfig() {}, dispose() {} }),
    slots,
    contextLength,
    batchTokens,
    windowSize: 0,
  })
  return { context, scheduler }
}

const prompt = (first: number, length: number) => Uint32Array.from({ length }, (_, index) => first + index)
const job = (change: Partial<JobInput> = {}): JobInput => ({
  prompt: prompt(1000, 4),
  maxTokens: 3,
  stop: [],
  ignoreEos: false,
  sampler: {},
  ...change,
})

async function read({ events }: Job): Promise<EngineEvent[]> {
  const all: EngineEvent[] = []
  for await (const event of events) all.push(event)
  return all
}
const finishOf = (events: EngineEvent[]) => events.at(-1) as Extract<EngineEvent, { type: 'finish' }>

test('sixteen that arrive together share every step', async () => {
  const { scheduler } = create({ slots: 16, batchTokens: 64 })
  const jobs = Array.from({ length: 16 }, (_, index) =>
    scheduler.submit(job({ prompt: prompt(index * 100, 4), maxTokens: 10 }), never),
  )
  await Promise.all(jobs.map(read))
  const { counters } = scheduler.status()
  expect(counters.stepsByBatchSize).toEqual({ 16: 10 })
  expect(counters).toMatchObject({ steps: 10, decodeTokens: 160, prefillTokens: 64 })
})

test('a long prompt comes in chunks, beside a token for whoever generates', async () => {
  const { context, scheduler } = create()
  const runner = scheduler.submit(job({ maxTokens: 12 }), never)
  await runner.events.next()
  const long = scheduler.submit(job({ prompt: prompt(2000, 20), maxTokens: 1 }), never)
  const [, events] = await Promise.all([read(runner), read(long)])
  const shared = context.batches.filter((batch) => batch.size === 2)
  expect(shared.map((batch) => [batch.get(0), batch.get(1)])).toEqual([
    [1, 7],
    [1, 7],
    [1, 6],
  ])
  expect(events.filter((event) => event.type === 'prompt-progress').map((event) => event.processed)).toEqual([
    7, 14, 20,
  ])
})

test('the end token stops, counts and is not shown; ignored, it does not stop', async () => {
  const { context, scheduler } = create()
  const said = [50, end, 51, 52]
  let place = 0
  context.nextToken = () => said[place++]!
  const events = await read(scheduler.submit(job({ maxTokens: 4 }), never))
  expect(finishOf(events)).toMatchObject({ reason: 'stop', usage: { completionTokens: 2 } })
  expect(events.filter((event) => event.type === 'text-delta').map((event) => event.text)).toEqual(['50 '])
  place = 0
  const all = await read(scheduler.submit(job({ maxTokens: 4, ignoreEos: true }), never))
  expect(finishOf(all)).toMatchObject({ reason: 'length', usage: { completionTokens: 4 } })
  expect(all.flatMap((event) => (event.type === 'text-delta' ? event.text : [])).join('')).toBe('50 51 52 ')
})

test('a follow-up turn finds its slot and evaluates what is new', async () => {
  const { context, scheduler } = create()
  const first = job({ maxTokens: 3 })
  await read(scheduler.submit(first, never))
  await read(scheduler.submit(job({ prompt: prompt(5000, 4) }), never))
  // The last sampled token was never evaluated, so two of the three answer tokens are cached.
  const next = Uint32Array.of(...first.prompt, 100, 100, 100, 9)
  const events = await read(scheduler.submit(job({ prompt: next, maxTokens: 1 }), never))
  expect(finishOf(events).usage).toMatchObject({ promptTokens: 8, cachedTokens: 6 })
  expect(context.batches.at(-1)).toEqual(new Map([[0, 2]]))
})

test('an abort during a long prompt frees the slot after the decode in flight', async () => {
  const { context, scheduler } = create()
  const abort = new AbortController()
  const long = scheduler.submit(job({ prompt: prompt(1, 60) }), abort.signal)
  await long.events.next()
  const decodes = context.batches.length
  abort.abort()
  await expect(read(long)).rejects.toMatchObject({ code: 'cancelled' })
  // One decode was in flight, at most, when the abort came.
  expect(context.batches.length).toBeLessThanOrEqual(decodes + 1)
  expect(scheduler.status()).toMatchObject({ busySlots: 0, counters: { cancelled: 1 } })
})

test('a cancelled stream leaves within one step while the others go on', async () => {
  const { context, scheduler } = create({ slots: 2 })
  const abort = new AbortController()
  const leaving = scheduler.submit(job({ maxTokens: 50 }), abort.signal)
  const staying = scheduler.submit(job({ prompt: prompt(3000, 4), maxTokens: 20 }), never)
  const rest = read(staying)
  await leaving.events.next()
  const decodes = context.batches.length
  abort.abort()
  await expect(read(leaving)).rejects.toMatchObject({ code: 'cancelled' })
  await rest
  expect(context.batches.slice(decodes + 1).every((batch) => !batch.has(0))).toBe(true)
})

test('a failed decode ends the requests in it; the engine serves on with clean slots', async () => {
  const { context, scheduler } = create()
  let decodes = 0
  context.beforeDecode = () => {
    if (++decodes === 2) throw new Error('Eval has failed')
  }
  const jobs = [scheduler.submit(job(), never), scheduler.submit(job({ prompt: prompt(9, 4) }), never)]
  const late = scheduler.submit(job({ prompt: prompt(500, 4) }), never)
  for (const outcome of await Promise.allSettled(jobs.map(read))) {
    expect(outcome).toMatchObject({
      reason: { code: 'engine_failed', message: expect.stringContaining('Eval has failed') },
    })
  }
  expect(finishOf(await read(late))).toMatchObject({ reason: 'length', usage: { cachedTokens: 0 } })
  const again = await read(scheduler.submit(job(), never))
  expect(finishOf(again)).toMatchObject({ reason: 'length', usage: { cachedTokens: 0 } })
  expect(scheduler.status()).toMatchObject({ busySlots: 0, waiting: 0, counters: { cancelled: 0 } })
})

test('a model that gives no token fails its request alone', async () => {
  const { context, scheduler } = create()
  context.nextToken = (sequence) => (sequence === 0 ? -1 : 60)
  const bad = scheduler.submit(job(), never)
  const good = scheduler.submit(job({ prompt: prompt(9, 4) }), never)
  const [first, second] = await Promise.allSettled([read(bad), read(good)])
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'engine_failed' } })
  expect(second).toMatchObject({ status: 'fulfilled' })
})

test('closing ends what runs after its step and refuses what comes later', async () => {
  const { scheduler } = create()
  const running = scheduler.submit(job({ maxTokens: 60 }), never)
  await running.events.next()
  await scheduler.close(new AppError('engine_failed', 'the model was unloaded'))
  await expect(read(running)).rejects.toMatchObject({ code: 'engine_failed' })
  await expect(read(scheduler.submit(job(), never))).rejects.toMatchObject({ code: 'engine_failed' })
})

test('the governor hears what each step works on and its count is what status reports, after closing too', async () => {
  const shapes: StepShape[] = []
  const governor: ThreadGovernor = { choose: (shape) => shapes.push(shape), record() {} }
  const { scheduler } = create({ governor })
  await read(scheduler.submit(job({ prompt: prompt(1, 12), maxTokens: 2 }), never))
  expect(shapes).toEqual([
    { rows: 8, prefill: true },
    { rows: 4, prefill: true },
    { rows: 1, prefill: false },
  ])
  expect(scheduler.status().threads).toBe(3)
  await scheduler.close(new AppError('engine_failed', 'the model was unloaded'))
  expect(scheduler.status().threads).toBe(3)
})
