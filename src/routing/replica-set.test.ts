import { afterEach, expect, test, vi } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import type { EngineEvent } from '../engine/types.ts'
import { AppError, type ErrorCode } from '../errors.ts'
import { createReplicaSet, type ReplicaSetOptions } from './replica-set.ts'
import {
  createScriptedEngine,
  createScriptedReplica,
  finish,
  promptProgress,
  textDelta,
  textRequest,
  type ScriptedEngine,
} from './scripted-replica.test-kit.ts'

const never = new AbortController().signal
afterEach(() => void vi.useRealTimers())

/** A set of serving replicas `a`, `b` and so on. */
function open(engines: Engine[], options: ReplicaSetOptions = {}) {
  const replicas = engines.map((engine, index) => createScriptedReplica('abc'[index]!, engine))
  const moves: string[] = []
  const set = createReplicaSet('m', {
    onMoved: ({ model, from, to, error }) => moves.push(`${model}: ${from} -> ${to} (${error.code})`),
    ...options,
  })
  replicas.forEach(set.add)
  return { set, replicas, moves }
}

async function start(engine: Engine, signal = never, choice = 0) {
  const prepared = await engine.prepare(textRequest())
  return prepared.generate(choice, signal)[Symbol.asyncIterator]()
}

async function readAll(events: AsyncIterator<EngineEvent>): Promise<EngineEvent[]> {
  const all: EngineEvent[] = []
  for (;;) {
    const result = await events.next()
    if (result.done === true) return all
    all.push(result.value)
  }
}

const answering = (text: string): ScriptedEngine => {
  const engine = createScriptedEngine()
  engine.onRun = (run) => run.answer(text)
  return engine
}
/** Every generation fails, after these events. */
const failing = (code: ErrorCode, ...events: EngineEvent[]): ScriptedEngine => {
  const engine = createScriptedEngine()
  engine.onRun = (run) => {
    for (const event of events) run.events.push(event)
    run.events.end(new AppError(code, `it is ${code}`))
  }
  return engine
}

test.each<ErrorCode>([
  'worker_lost',
  'draining',
  'overloaded',
  'queue_full',
  'model_not_found',
  'worker_incompatible',
])('moves on %s before the first text, also after prompt progress', async (code) => {
  const well = answering('from b')
  const { set, moves } = open([failing(code, promptProgress), well])
  expect(await readAll(await start(set, never, 3))).toEqual([promptProgress, textDelta('from b'), finish])
  expect(moves).toEqual([`m: a -> b (${code})`])
  expect(well.runs[0]?.choice, 'the choice goes along: it is part of the seed').toBe(3)
})

test('preparing moves in the same way', async () => {
  const gone = createScriptedEngine()
  gone.onPrepare = () => {
    throw new AppError('worker_lost', 'gone')
  }
  const { set, moves } = open([gone, answering('from b')])
  expect(await readAll(await start(set))).toContainEqual(textDelta('from b'))
  expect(moves).toEqual(['m: a -> b (worker_lost)'])
})

test('an engine that fails at the request does not pass it on', async () => {
  const { set, moves } = open([failing('engine_failed'), answering('from b')])
  await expect(readAll(await start(set))).rejects.toMatchObject({ code: 'engine_failed' })
  expect(moves).toEqual([])
})

test('an engine that ends because its replica was removed is not at fault', async () => {
  const leaving = createScriptedEngine()
  const { set } = open([leaving, answering('from b')])
  const reading = readAll(await start(set))
  set.remove('a')
  leaving.runs[0]!.events.end(new AppError('engine_failed', 'the model was unloaded'))
  expect(await reading).toContainEqual(textDelta('from b'))
})

test('after the first text a lost worker ends the stream, and says that it is incomplete', async () => {
  const { set, moves } = open([failing('worker_lost', textDelta('so far')), answering('from b')])
  const events = await start(set)
  expect((await events.next()).value).toEqual(textDelta('so far'))
  await expect(events.next()).rejects.toMatchObject({
    code: 'worker_lost',
    message: expect.stringMatching(/worker a was lost in mid-answer.*incomplete.*it is worker_lost/),
  })
  expect(await events.next()).toEqual({ done: true, value: undefined })
  expect(moves).toEqual([])
})

test('an error of the engine in mid-answer stays as it is', async () => {
  const { set } = open([failing('engine_failed', textDelta('so far'))])
  await expect(readAll(await start(set))).rejects.toThrow('it is engine_failed')
})

test('a request that loses three workers is not given to a fourth', async () => {
  const last = answering('never')
  const { set, moves } = open([failing('worker_lost'), failing('worker_lost'), failing('worker_lost')])
  set.add(createScriptedReplica('z', last))
  // The newest is picked first among equals: it is kept busy.
  const busy = [0, 1, 2, 3].map(async () => last.runs.length)
  await Promise.all(busy)
  const run = last.prepare(textRequest()).then((prepared) => prepared.generate(0, never))
  last.onRun = () => undefined
  await run
  await expect(readAll(await start(set))).rejects.toMatchObject({
    code: 'worker_lost',
    message: expect.stringMatching(/3 workers in turn \(\w, \w, \w\).*it is worker_lost/),
  })
  expect(moves).toHaveLength(2)
})

test('a worker that refuses is an answer where no other serves', async () => {
  const { set } = open([failing('queue_full')])
  await expect(readAll(await start(set))).rejects.toMatchObject({ code: 'queue_full' })
})

test('a worker without the model is no 404: the model exists', async () => {
  const { set } = open([failing('model_not_found')])
  await expect(readAll(await start(set))).rejects.toMatchObject({ code: 'worker_lost', status: 503 })
})

test('picks by the load when it is first read, and prepares anew where it goes', async () => {
  const engines = [createScriptedEngine(), createScriptedEngine()]
  const { set } = open(engines)
  const prepared = await set.prepare(textRequest())
  const [home, other] = engines[0]!.prepared.length === 1 ? engines : engines.toReversed()
  const ahead = (await home!.prepare(textRequest())).generate(0, never)
  other!.onRun = (run) => run.answer('elsewhere')
  expect(await readAll(prepared.generate(0, never)[Symbol.asyncIterator]())).toContainEqual(
    textDelta('elsewhere'),
  )
  expect(other!.prepared).toHaveLength(1)
  expect(home!.runs).toHaveLength(1)
  await ahead[Symbol.asyncIterator]().return?.()
})

test('what was prepared on an engine that has been replaced is prepared anew', async () => {
  const fresh = answering('fresh')
  const { set, replicas } = open([createScriptedEngine()])
  const prepared = await set.prepare(textRequest())
  replicas[0]!.become('starting', { engine: undefined })
  replicas[0]!.become('serving', { engine: fresh })
  expect(await readAll(prepared.generate(0, never)[Symbol.asyncIterator]())).toContainEqual(
    textDelta('fresh'),
  )
  expect(fresh.prepared).toHaveLength(1)
})

test('choices that begin in the same moment do not herd', async () => {
  const engines = [createScriptedEngine(), createScriptedEngine()]
  const { set } = open(engines)
  const prepared = await set.prepare(textRequest())
  const choices = [0, 1, 2, 3].map((choice) => prepared.generate(choice, never)[Symbol.asyncIterator]())
  const reading = choices.map(readAll)
  await vi.waitFor(() => expect(engines.map(({ runs }) => runs.length)).toEqual([2, 2]))
  engines.forEach(({ runs }) => runs.forEach((run) => run.answer('done')))
  await Promise.all(reading)
})

test('a draining replica gets nothing new, keeps what it has, and comes back', async () => {
  const engines = [createScriptedEngine(), createScriptedEngine()]
  const { set, replicas } = open(engines)
  const first = readAll(await start(set))
  const home = engines.findIndex(({ runs }) => runs.length === 1)
  replicas[home]!.become('draining')
  const more = [readAll(await start(set)), readAll(await start(set))]
  expect(engines[1 - home]!.runs).toHaveLength(2)
  expect(set.status()).toMatchObject({ slots: 4, busySlots: 2 })
  replicas[home]!.become('serving')
  const last = readAll(await start(set))
  expect(engines[home]!.runs).toHaveLength(2)
  engines.forEach(({ runs }) => runs.forEach((run) => run.answer('done')))
  for (const events of await Promise.all([first, ...more, last])) expect(events.at(-1)).toEqual(finish)
})

test('describes itself by those that serve, with the smallest context', async () => {
  const { set, replicas } = open([createScriptedEngine(4, 100), createScriptedEngine(2, 50)])
  expect(set.info).toMatchObject({ architecture: 'scripted', contextLength: 50 })
  expect(set.kind).toBe('scripted')
  expect(set.status()).toEqual({
    slots: 6,
    busySlots: 0,
    waiting: 0,
    stepAgeMs: 0,
    threads: undefined,
    counters: {
      ...{ steps: 6, prefillTokens: 0, cachedTokens: 0, decodeTokens: 0, cancelled: 0 },
      stepsByBatchSize: { 1: 4, 4: 2 },
    },
  })
  replicas[1]!.become('starting', { engine: undefined })
  expect(set.info.contextLength).toBe(100)
  expect(set.status().slots).toBe(4)
  replicas[0]!.become('failed', { engine: undefined })
  expect(set.info, 'what was last known').toMatchObject({ architecture: 'scripted', contextLength: 100 })
  expect(set.status().slots).toBe(0)
})

const tooLong = (engine: ScriptedEngine) => {
  engine.onPrepare = () => {
    throw new AppError('context_length_exceeded', 'too long')
  }
  return engine
}

test('a prompt that is too long for one goes to one with a larger context, which is no failure', async () => {
  const large = createScriptedEngine(4, 100)
  large.onRun = (run) => run.answer('fits')
  const { set, moves } = open([
    tooLong(createScriptedEngine(4, 50)),
    tooLong(createScriptedEngine(4, 50)),
    large,
  ])
  expect(await readAll(await start(set))).toContainEqual(textDelta('fits'))
  expect(moves).toEqual([])
})

test('a prompt that is too long for the largest is refused', async () => {
  const { set } = open([tooLong(createScriptedEngine(4, 50)), tooLong(createScriptedEngine(4, 100))])
  await expect(set.prepare(textRequest())).rejects.toMatchObject({ code: 'context_length_exceeded' })
})

test('where another worker counts more tokens, the one that has prepared the prompt takes it', async () => {
  const engines = [createScriptedEngine(), createScriptedEngine()]
  const { set } = open(engines)
  const prepared = await set.prepare(textRequest())
  const [home, other] = engines[0]!.prepared.length === 1 ? engines : engines.toReversed()
  tooLong(other!)
  const ahead = (await home!.prepare(textRequest())).generate(0, never)
  home!.onRun = (run) => run.answer('home')
  expect(await readAll(prepared.generate(0, never)[Symbol.asyncIterator]())).toContainEqual(textDelta('home'))
  await ahead[Symbol.asyncIterator]().return?.()
})

test('tokens come from any that serves', async () => {
  const { set, replicas } = open([createScriptedEngine(1), createScriptedEngine(2)])
  replicas[0]!.become('draining')
  expect(await set.tokenize('')).toEqual([2])
  expect(await set.detokenize([])).toBe('2')
})

test('closing ends its own requests and leaves the engines alone', async () => {
  const engine = createScriptedEngine()
  const { set } = open([engine])
  const running = await start(set)
  engine.onRun = (run) => run.events.push(textDelta('so far'))
  const waiting = (await set.prepare(textRequest())).generate(0, never)[Symbol.asyncIterator]()
  const reading = readAll(running)
  await set.close(new AppError('model_not_found', 'm was unloaded'))
  await expect(reading).rejects.toMatchObject({ code: 'engine_failed' })
  await expect(waiting.next()).rejects.toMatchObject({ code: 'model_not_found' })
  await expect(set.prepare(textRequest())).rejects.toMatchObject({ code: 'model_not_found' })
  expect(engine.isClosed).toBe(false)
  expect(engine.status().busySlots).toBe(0)
})
