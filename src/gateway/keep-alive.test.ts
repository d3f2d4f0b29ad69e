import { expect, test } from 'vitest'
import { createGate } from './gate.test-kit.ts'
import { openAnswer } from './http-client.test-kit.ts'
import { openGateway, streamed } from './open-gateway.test-kit.ts'

test('comments say what a caller waits for: loading, the queue, the prompt, the next token', async () => {
  const gate = createGate()
  const loaded = Promise.withResolvers<void>()
  const { listen, admission } = openGateway({
    slots: 1,
    settings: { keepAliveMs: 5 },
    script: { step: gate.step, progress: [{ processed: 2048, total: 8192 }] },
    load: async (onProgress) => {
      onProgress(0.414)
      await loaded.promise
    },
  })
  const { port } = await listen()
  const blocker = await admission.enter({ units: 1, key: 'other', signal: new AbortController().signal })
  const answer = await openAnswer(port, streamed())
  expect(answer.response.statusCode).toBe(200)
  await expect.poll(answer.text).toMatch(/^: loading 41%\n\n/)
  loaded.resolve()
  await expect.poll(answer.text).toContain(': queued 1\n\n')
  blocker()
  await expect.poll(answer.text).toContain(': prefill 2048/8192\n\n')
  gate.let(2)
  await expect.poll(answer.text).toContain('Hello')
  await expect.poll(answer.text).toMatch(/Hello.*\n\n: waiting\n\n/)
  gate.let(9)
  expect(await answer.ended).toMatch(/data: \[DONE\]\n\n$/)
})
