import { expect, test } from 'vitest'
import type { EngineEvent, EngineStatus, LoadOptions, ModelInfo } from '../engine/types.ts'
import { controlService, inferenceService } from './definition.ts'
import { decodeEvents, encodeEvent } from './generate-event.ts'
import { decodeModelLoad, encodeModelLoad } from './model-load.ts'
import { decodeLoadRequest, decodeModelInfo, encodeLoadRequest, encodeModelInfo } from './model.ts'
import { createRandom, type Random } from './random.test-kit.ts'
import { decodeTimestamp, encodeTimestamp } from './timestamp.ts'

/** Seeds, each with its own source of random values. */
function forMany(check: (random: Random, label: string) => void): void {
  for (let seed = 0; seed < 500; seed++) check(createRandom(seed), `seed ${seed}`)
}
const milliseconds = (random: Random) => random.below(10_000_000) / 1000

const createEvent = (random: Random): EngineEvent =>
  random.one<() => EngineEvent>([
    () => {
      const total = 1 + random.below(100_000)
      return { type: 'prompt-progress', processed: random.below(total + 1), total }
    },
    () => ({ type: 'text-delta', text: `a${random.text()}`, tokens: random.below(40) }),
    () => ({
      type: 'finish',
      reason: random.one(['stop', 'length', 'tool-calls', 'content-filter'] as const),
      usage: {
        promptTokens: random.below(2 ** 32),
        cachedTokens: random.below(1000),
        completionTokens: random.below(1000),
      },
      timings: {
        queueMs: milliseconds(random),
        prefillMs: milliseconds(random),
        decodeMs: milliseconds(random),
      },
    }),
  ])()

test('any event of an engine arrives as it was sent', () => {
  const { responseSerialize, responseDeserialize } = inferenceService.Chat
  forMany((random, label) => {
    const event = createEvent(random)
    const index = random.below(4)
    const arrived = responseDeserialize(responseSerialize(encodeEvent(event, index)))
    expect(decodeEvents(arrived), label).toEqual([event])
    if (event.type !== 'prompt-progress')
      expect((arrived.delta ?? arrived.finished)?.index ?? 0, label).toBe(index)
  })
})

test('what an engine has no word for is no event', () => {
  expect(decodeEvents({ started: { promptTokens: 3 } })).toEqual([])
  expect(decodeEvents({ progress: { queuePosition: 2 } })).toEqual([])
  expect(decodeEvents({ delta: { tokenIds: [1] } })).toEqual([])
  expect(decodeEvents({})).toEqual([])
})

test('a step that ends the reasoning and begins the answer is two events, counted once', () => {
  expect(decodeEvents({ delta: { reasoning: 'so', text: 'Yes', numTokens: 2 } })).toEqual([
    { type: 'text-delta', text: 'so', tokens: 0, reasoning: true },
    { type: 'text-delta', text: 'Yes', tokens: 2 },
  ])
})

test('reasons that engines do not have become the nearest, and missing numbers are zero', () => {
  for (const reason of ['FINISH_REASON_UNSPECIFIED', undefined] as const)
    expect(decodeEvents({ finished: { ...(reason && { reason }) } })[0]).toEqual({
      type: 'finish',
      reason: 'stop',
      usage: { promptTokens: 0, cachedTokens: 0, completionTokens: 0 },
      timings: { queueMs: 0, prefillMs: 0, decodeMs: 0 },
    })
})

test('times are whole microseconds, and never negative', () => {
  const timings = { queueMs: -0.5, prefillMs: 0.00049, decodeMs: 1.0006 }
  const usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 }
  expect(encodeEvent({ type: 'finish', reason: 'stop', usage, timings }, 0).finished?.timings).toEqual({
    queueUs: 0,
    prefillUs: 0,
    decodeUs: 1001,
  })
})

test('any status of an engine arrives as it was sent', () => {
  const { responseSerialize, responseDeserialize } = controlService.WatchLoad
  forMany((random, label) => {
    const count = () => random.one([0, random.below(100), random.below(2 ** 50)])
    const status: EngineStatus = {
      slots: random.below(100),
      busySlots: random.below(100),
      waiting: random.below(100),
      stepAgeMs: count(),
      threads: random.maybe(() => 1 + random.below(64)),
      counters: {
        steps: count(),
        prefillTokens: count(),
        cachedTokens: count(),
        decodeTokens: count(),
        cancelled: count(),
        stepsByBatchSize: Object.fromEntries(random.list(5, () => [1 + random.below(64), count()])),
      },
    }
    const report = responseDeserialize(responseSerialize({ models: [encodeModelLoad('m', status)] }))
    expect(report.models?.[0]?.model).toBe('m')
    expect(decodeModelLoad(report.models![0]!), label).toEqual(status)
  })
})

test('any model arrives as it was described', () => {
  const { responseSerialize, responseDeserialize } = controlService.ListModels
  forMany((random, label) => {
    const info: ModelInfo = {
      architecture: `a${random.text()}`,
      quantization: random.maybe(() => 'Q8_0'),
      parameters: random.maybe(() => 1 + random.below(2 ** 50)),
      sizeBytes: random.below(2 ** 50),
      contextLength: 1 + random.below(2 ** 31),
      trainedContextLength: 1 + random.below(2 ** 31),
      vocabularySize: random.below(2 ** 31),
      hasChatTemplate: random.one([true, false]),
    }
    const { models } = responseDeserialize(
      responseSerialize({ models: [encodeModelInfo('m', 'file', info)] }),
    )
    expect(models?.[0]).toMatchObject({ id: 'm', source: 'file', state: 'MODEL_STATE_READY' })
    expect(decodeModelInfo(models![0]!), label).toEqual(info)
  })
})

test('a model of which little is known', () => {
  expect(decodeModelInfo({ contextLength: 10, dtype: 'bfloat16' })).toEqual({
    architecture: 'unknown',
    quantization: 'bfloat16',
    parameters: undefined,
    sizeBytes: 0,
    contextLength: 10,
    trainedContextLength: 10,
    vocabularySize: 0,
    hasChatTemplate: false,
  })
})

test('any load request arrives as it was sent', () => {
  const { requestSerialize, requestDeserialize } = controlService.LoadModel
  forMany((random, label) => {
    const options: LoadOptions = {
      source: random.text(),
      contextLength: random.maybe(() => 1 + random.below(2 ** 31)),
      parallel: random.maybe(() => 1 + random.below(64)),
      threads: random.maybe(() => 1 + random.below(64)),
      batchTokens: 1 + random.below(4096),
      gpuLayers: random.one(['auto', 0, 1 + random.below(100)] as const),
    }
    const arrived = requestDeserialize(requestSerialize(encodeLoadRequest('m', options)))
    expect(arrived.id).toBe('m')
    expect(decodeLoadRequest(arrived), label).toEqual(options)
  })
})

test('a load request that says nothing takes the defaults', () => {
  expect(decodeLoadRequest({})).toEqual({
    source: '',
    contextLength: undefined,
    parallel: undefined,
    threads: undefined,
    batchTokens: 512,
    gpuLayers: 'auto',
  })
})

test('times travel to the millisecond, also those before 1970', () => {
  for (const time of [0, 1, 999, 1_700_000_000_123, -1, -1500])
    expect(decodeTimestamp(encodeTimestamp(new Date(time))).getTime()).toBe(time)
  expect(encodeTimestamp(new Date(-1)).nanos).toBe(999_000_000)
  expect(decodeTimestamp(undefined).getTime()).toBe(0)
})
