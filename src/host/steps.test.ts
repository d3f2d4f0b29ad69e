import { join } from 'node:path'
import { expect, test } from 'vitest'
import { llamaCppLoader } from '../engines/llama-cpp/loader.ts'
import { completion, createClient, openWorker } from './open-worker.test-kit.ts'
import { openProxy } from './proxy.test-kit.ts'

const pocket = join(import.meta.dirname, '..', '..', 'pocket', 'pocket.gguf')
const streams = 16
const tokens = 48

test('what one decode step gives to sixteen streams leaves in one write', async () => {
  const load = { parallel: streams, contextLength: 256, batchTokens: 512 }
  const worker = await openWorker(pocket, { loader: llamaCppLoader, load })
  const proxy = await openProxy(worker.address)
  const client = createClient(proxy.address)
  const calls = Array.from({ length: streams }, (_, index) =>
    client.stream(
      'Complete',
      completion(`Story number ${index}: once`, { stop: { maxOutputTokens: tokens, ignoreEos: true } }),
    ),
  )
  const answers = await Promise.all(calls.map(({ ended }) => ended))
  const { models } = await worker.unary('GetLoad', {})
  const steps = models![0]!.stepsTotal!
  const deltas = answers.flat().filter(({ delta }) => delta).length
  expect(deltas).toBeGreaterThan(streams * tokens * 0.8)
  // Beside the steps: settings, accepted requests, trailers, pings of flow control.
  expect(proxy.chunks.length).toBeLessThan(steps * 1.5 + 20)
  expect(proxy.chunks.length).toBeLessThan(deltas / 6)
  client.close()
  proxy.close()
  await worker.end()
})
