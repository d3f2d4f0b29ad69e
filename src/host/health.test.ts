import { afterEach, expect, test } from 'vitest'
import { loadOptions, openWorker, type OpenWorker } from './open-worker.test-kit.ts'

let worker: OpenWorker
afterEach(() => worker.end())

const services = ['', 'llm.v1.Inference', 'llm.v1.Control']
const check = async (service: string) => (await worker.unary('Check', { service })).status

test('every service serves while a model is there', async () => {
  worker = await openWorker()
  expect(await Promise.all(services.map(check))).toEqual(['SERVING', 'SERVING', 'SERVING'])
})

test('without a model the worker takes loads and no requests', async () => {
  worker = await openWorker()
  await worker.unary('UnloadModel', { id: 'm' })
  expect(await Promise.all(services.map(check))).toEqual(['SERVING', 'NOT_SERVING', 'SERVING'])
})

test('the model of its start keeps the whole worker from being ready', async () => {
  worker = await openWorker()
  const abort = new AbortController()
  const loading = worker.server.loadModel('n', loadOptions('fake:?load_ms=600000'), { signal: abort.signal })
  expect(await Promise.all(services.map(check))).toEqual(['NOT_SERVING', 'SERVING', 'SERVING'])
  abort.abort()
  await expect(loading).rejects.toMatchObject({ code: 'cancelled' })
  expect(await check('')).toBe('SERVING')
})

test('Watch tells what is and what becomes, each change once', async () => {
  worker = await openWorker()
  const watch = worker.stream('Watch', { service: 'llm.v1.Inference' })
  await watch.until(1)
  await worker.unary('UnloadModel', { id: 'm' })
  await worker.stream('LoadModel', { id: 'm', source: 'fake:' }).ended
  await worker.unary('Drain', {})
  await worker.unary('Drain', {})
  await watch.until(4)
  expect(watch.received.map(({ status }) => status)).toEqual([
    'SERVING',
    'NOT_SERVING',
    'SERVING',
    'NOT_SERVING',
  ])
  expect(await Promise.all(services.map(check))).toEqual(['NOT_SERVING', 'NOT_SERVING', 'NOT_SERVING'])
})

test('withdrawn: not ready for others, still answering those who come', async () => {
  worker = await openWorker('fake:?tokens=2')
  worker.server.withdraw()
  expect(await check('')).toBe('NOT_SERVING')
  const { ended } = worker.stream('Complete', { context: { model: 'm' }, text: 'hello' })
  expect((await ended).at(-1)?.finished).toBeDefined()
})

test('an unknown service: Check gives NOT_FOUND, Watch says that it does not know it', async () => {
  worker = await openWorker()
  await expect(worker.unary('Check', { service: 'x' })).rejects.toMatchObject({ cause: { code: 5 } })
  const watch = worker.stream('Watch', { service: 'x' })
  await watch.until(1)
  expect(watch.received).toEqual([{ status: 'SERVICE_UNKNOWN' }])
})
