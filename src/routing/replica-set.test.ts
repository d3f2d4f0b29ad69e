import { expect, test } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { AppError } from '../errors.ts'
import { answering, never, openReplicaSet, readAll, start } from './open-replica-set.test-kit.ts'
import {
  createScriptedEngine,
  finish,
  textDelta,
  textRequest,
  type ScriptedEngine,
} from './scripted-replica.test-kit.ts'

test('picks by the load when it is first read, and prepares anew where it goes', async () => {
  const engines = [createScriptedEngine(), createScriptedEngine()]
  const { set } = openReplicaSet(engines)
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
  const { set, replicas } = openReplicaSet([createScriptedEngine()])
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
  const { set } = openReplicaSet(engines)
  const prepared = await set.prepare(textRequest())
  const choices = [0, 1, 2, 3].map((choice) => prepared.generate(choice, never)[Symbol.asyncIterator]())
  const reading = choices.map(readAll)
  await expect.poll(() => engines.map(({ runs }) => runs.length)).toEqual([2, 2])
  engines.forEach(({ runs }) => runs.forEach((run) => run.answer('done')))
  await Promise.all(reading)
})

test('a draining replica gets nothing new, keeps what it has, and comes back', async () => {
  const engines = [createScriptedEngine(), createScriptedEngine()]
  const { set, replicas } = openReplicaSet(engines)
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

test('a conversation goes on where it began, until that engine is replaced', async () => {
  const engines = [answering('a'), answering('b')]
  const { set, replicas } = openReplicaSet(engines)
  const say = async (text: string) => {
    const prepared = await set.prepare(textRequest(text))
    await readAll(prepared.generate(0, never)[Symbol.asyncIterator]())
  }
  const conversation = 'Once there was a gate in the river. '.repeat(20)
  await say(conversation)
  const home = engines.findIndex(({ runs }) => runs.length === 1)
  for (const more of ['And then?', 'And then? And who?', 'Why?']) await say(conversation + more)
  expect(engines[home]!.runs).toHaveLength(4)
  replicas[home]!.become('serving', { engine: answering('restarted') })
  await say(conversation)
  expect(engines[1 - home]!.runs, 'nothing is cached anywhere, and its turn was longest ago').toHaveLength(1)
})

test('describes itself by those that serve, with the smallest context', async () => {
  const { set, replicas } = openReplicaSet([createScriptedEngine(4, 100), createScriptedEngine(2, 50)])
  expect(set.info).toMatchObject({ architecture: 'scripted', contextLength: 50 })
  expect(set.kind).toBe('scripted')
  expect(set.status()).toEqual({
    slots: 6,
    busySlots: 0,
    waiting: 0,
    stepAgeMs: 0,
    threads: undefined,
    counters: {
      steps: 6,
      prefillTokens: 0,
      cachedTokens: 0,
      decodeTokens: 0,
      cancelled: 0,
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
  const { set, moves } = openReplicaSet([
    tooLong(createScriptedEngine(4, 50)),
    tooLong(createScriptedEngine(4, 50)),
    large,
  ])
  expect(await readAll(await start(set))).toContainEqual(textDelta('fits'))
  expect(moves).toEqual([])
})

test('a prompt that is too long for the largest is refused', async () => {
  const { set } = openReplicaSet([
    tooLong(createScriptedEngine(4, 50)),
    tooLong(createScriptedEngine(4, 100)),
  ])
  await expect(set.prepare(textRequest())).rejects.toMatchObject({ code: 'context_length_exceeded' })
})

test('where another worker counts more tokens, the one that has prepared the prompt takes it', async () => {
  const engines = [createScriptedEngine(), createScriptedEngine()]
  const { set } = openReplicaSet(engines)
  const prepared = await set.prepare(textRequest())
  const [home, other] = engines[0]!.prepared.length === 1 ? engines : engines.toReversed()
  tooLong(other!)
  const ahead = (await home!.prepare(textRequest())).generate(0, never)
  home!.onRun = (run) => run.answer('home')
  expect(await readAll(prepared.generate(0, never)[Symbol.asyncIterator]())).toContainEqual(textDelta('home'))
  await ahead[Symbol.asyncIterator]().return?.()
})

test('tokens come from any that serves', async () => {
  const { set, replicas } = openReplicaSet([createScriptedEngine(1), createScriptedEngine(2)])
  replicas[0]!.become('draining')
  expect(await set.tokenize('')).toEqual([2])
  expect(await set.detokenize([])).toBe('2')
})

test('embeddings go to a replica that makes them, and to the next where that one is lost', async () => {
  const embeddings = { vectors: [new Float32Array([1])], promptTokens: 1 }
  const plain = createScriptedEngine()
  const gone: Engine = {
    ...createScriptedEngine(),
    embed: () => Promise.reject(new AppError('worker_lost', 'gone')),
  }
  const able: Engine = { ...createScriptedEngine(), embed: async () => embeddings }
  const { set, replicas, moves } = openReplicaSet([plain, gone, able])
  const ask = () => set.embed?.({ inputs: [], dimensions: undefined }, never)
  expect(await ask()).toEqual({ ...embeddings, worker: 'c' })
  expect(await ask()).toEqual({ ...embeddings, worker: 'c' })
  expect(moves).toContain('m: b -> c (worker_lost)')
  for (const replica of replicas) replica.become('starting')
  expect(set.embed, 'what held before, while none serves').toBeDefined()
  replicas[0]!.become('serving')
  expect(set.embed).toBeUndefined()
})

test('closing ends its own requests and leaves the engines alone', async () => {
  const engine = createScriptedEngine()
  const { set } = openReplicaSet([engine])
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
