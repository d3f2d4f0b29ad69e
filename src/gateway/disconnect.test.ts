import { expect, test } from 'vitest'
import { createGate } from './gate.test-kit.ts'
import { send } from './http-client.test-kit.ts'
import { chatBody, openGateway, streamed } from './open-gateway.test-kit.ts'

test('a client that leaves frees its place in the queue', async () => {
  const { listen, admission, lines } = openGateway({ slots: 1 })
  const { port } = await listen()
  const release = await admission.enter({ units: 1, key: 'other', signal: new AbortController().signal })
  for (const stream of [true, false]) {
    const outgoing = send(port, chatBody({ stream }))
    await expect.poll(() => admission.status().waiting).toBe(1)
    outgoing.destroy()
    await expect.poll(() => admission.status().waiting).toBe(0)
  }
  release()
  await expect
    .poll(() => lines.filter((line) => line.status === 499 && line.error === 'cancelled'))
    .toHaveLength(2)
})

test.each([
  ['before its first token', 0],
  ['in mid-stream', 1],
])('a client that leaves %s stops the engine', async (_name, events) => {
  const gate = createGate()
  const { listen, admission, engine } = openGateway({ script: { step: gate.step } })
  const { port } = await listen()
  const outgoing = send(port, streamed({ n: 2 }))
  gate.let(events * 2)
  await expect.poll(() => [engine.seen.running, engine.seen.events]).toEqual([2, events * 2])
  outgoing.destroy()
  await expect.poll(() => engine.seen.cancelled).toBe(2)
  await expect.poll(() => [engine.seen.running, admission.status().running]).toEqual([0, 0])
})

test('a client that leaves a whole answer stops the engine', async () => {
  const { listen, admission, engine } = openGateway({ script: { step: () => new Promise(() => {}) } })
  const { port } = await listen()
  const outgoing = send(port, chatBody({ n: 2 }))
  await expect.poll(() => engine.seen.running).toBe(2)
  outgoing.destroy()
  await expect
    .poll(() => [engine.seen.cancelled, engine.seen.running, admission.status().running])
    .toEqual([2, 0, 0])
})

test('a client that does not read stops the engine from writing on', async () => {
  const piece = 'x'.repeat(1000)
  const endless = function* () {
    for (;;) yield piece
  }
  const { listen, engine, admission } = openGateway({
    script: { pieces: endless, step: () => new Promise(setImmediate) },
  })
  const { port } = await listen()
  const outgoing = send(port, streamed())
  outgoing.on('response', (response) => response.pause())
  let before = -1
  await expect
    .poll(
      () => {
        const stands = engine.seen.events === before && before > 0
        before = engine.seen.events
        return stands
      },
      { interval: 200 },
    )
    .toBe(true)
  // What the kernel's socket buffers hold on both sides, not what an endless engine could make.
  expect(engine.seen.events * 1200).toBeLessThan(32 * 1024 * 1024)
  expect(engine.seen.running).toBe(1)
  outgoing.destroy()
  await expect.poll(() => [engine.seen.running, admission.status().running]).toEqual([0, 0])
})
