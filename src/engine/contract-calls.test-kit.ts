import type { Engine } from './engine.ts'
import type { EngineEvent, GenerateRequest } from './types.ts'

export const never = new AbortController().signal

/** Never ends by itself, so that tests decide when it ends. */
export const endless = (text: string, change: Partial<GenerateRequest> = {}): GenerateRequest => ({
  prompt: { kind: 'text', text },
  sampling: { temperature: 0 },
  stop: [],
  ignoreEos: true,
  ...change,
})

async function collect(events: AsyncIterable<EngineEvent>): Promise<EngineEvent[]> {
  const all: EngineEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

export async function run(engine: Engine, request: GenerateRequest, choice = 0) {
  const prepared = await engine.prepare(request)
  const events = await collect(prepared.generate(choice, never))
  const deltas = events.filter((event) => event.type === 'text-delta')
  const finish = events.at(-1)
  if (finish?.type !== 'finish') throw new Error('the last event is not finish')
  return { prepared, events, deltas, finish, text: deltas.map((delta) => delta.text).join('') }
}

/** Starts a generation and reads until its first text; the rest is the test's. */
export async function start(engine: Engine, request: GenerateRequest, signal = never) {
  const prepared = await engine.prepare(request)
  const iterator = prepared.generate(0, signal)[Symbol.asyncIterator]()
  for (;;) {
    const { value } = await iterator.next()
    if (value?.type === 'text-delta') return iterator
  }
}

/** Reads until the error; a stream that ends well has no error to give. */
export async function failure(iterator: AsyncIterator<EngineEvent>): Promise<unknown> {
  try {
    for (;;) if ((await iterator.next()).done === true) return undefined
  } catch (error) {
    return error
  }
}
