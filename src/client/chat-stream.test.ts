import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type ChatStreamDelta, streamChat } from './chat-stream.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const request = {
  model: 'pocket',
  messages: [{ role: 'user' as const, content: 'Hi' }],
  options: { seed: 7 },
}
async function ask(url: string) {
  const deltas: ChatStreamDelta[] = []
  for await (const delta of streamChat(url, request, new AbortController().signal)) deltas.push(delta)
  return deltas
}
const chunk = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ model: 'pocket-q8', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
const usage = `data: ${JSON.stringify({
  choices: [],
  usage: { prompt_tokens: 9, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } },
  timings: { queue_ms: 1, prompt_ms: 2, predicted_ms: 3 },
})}\n\n`

test('comments, text, finish and usage, however the bytes are cut', async () => {
  const stream = `: queued 2\n\n: \n\n${chunk({ role: 'assistant', content: '' })}${chunk({ content: 'é' })}${chunk({ content: '😀' })}${chunk({}, 'length')}${usage}data: [DONE]\n\n`
  let body = ''
  const url = await serve((incoming, outgoing) => {
    incoming.on('data', (piece) => (body += String(piece)))
    outgoing.setHeader('content-type', 'text/event-stream')
    incoming.on('end', () => {
      for (const byte of Buffer.from(stream)) outgoing.write(Buffer.from([byte]))
      outgoing.end()
    })
  })
  expect(await ask(url)).toEqual([
    { type: 'status', text: 'queued 2' },
    { type: 'text', text: 'é' },
    { type: 'text', text: '😀' },
    {
      type: 'finish',
      reason: 'length',
      model: 'pocket-q8',
      usage: { promptTokens: 9, cachedTokens: 4, completionTokens: 2 },
      timings: { queueMs: 1, prefillMs: 2, decodeMs: 3 },
    },
  ])
  expect(JSON.parse(body)).toMatchObject({
    model: 'pocket',
    seed: 7,
    stream: true,
    stream_options: { include_usage: true },
  })
})

test('what the model thinks is no text of the answer', async () => {
  const url = await serve((_incoming, outgoing) =>
    outgoing.end(
      `${chunk({ reasoning_content: 'Hm' })}${chunk({ reasoning_content: '.', content: 'Yes' })}${chunk({ reasoning_content: null })}data: [DONE]\n\n`,
    ),
  )
  expect((await ask(url)).slice(0, -1)).toEqual([
    { type: 'reasoning', text: 'Hm' },
    { type: 'reasoning', text: '.' },
    { type: 'text', text: 'Yes' },
  ])
})

test('a refusal before the stream keeps its code and its numbers', async () => {
  const url = await serve((_incoming, outgoing) => {
    outgoing.statusCode = 400
    outgoing.end(
      '{"error":{"message":"does not fit","type":"x","param":null,"code":"context_length_exceeded","n_ctx":2048}}',
    )
  })
  await expect(ask(url)).rejects.toMatchObject({ code: 'context_length_exceeded', details: { n_ctx: 2048 } })
})

test('an error event in the stream follows the text before it', async () => {
  const url = await serve((_incoming, outgoing) => {
    outgoing.end(
      `${chunk({ content: 'Half' })}data: {"error":{"message":"crashed","code":"engine_failed"}}\n\n`,
    )
  })
  const seen: string[] = []
  const read = async () => {
    for await (const delta of streamChat(url, request, new AbortController().signal)) seen.push(delta.type)
  }
  await expect(read()).rejects.toMatchObject({ code: 'engine_failed', message: 'crashed' })
  expect(seen).toEqual(['text'])
})

test('a stream without [DONE] is broken, whether it ends or tears', async () => {
  const ends = await serve((_incoming, outgoing) =>
    outgoing.end(chunk({ content: 'Half' }) + chunk({}, 'stop')),
  )
  await expect(ask(ends)).rejects.toMatchObject({ code: 'daemon_unreachable' })
  const tears = await serve((_incoming, outgoing) => {
    outgoing.write(chunk({ content: 'Half' }), () => outgoing.destroy())
  })
  await expect(ask(tears)).rejects.toMatchObject({ code: 'daemon_unreachable' })
})

test('an abort, and a reader that leaves, close the connection', async () => {
  let closed = Promise.withResolvers<void>()
  const url = await serve((_incoming, outgoing) => {
    outgoing.write(chunk({ content: 'Half' }))
    outgoing.on('close', () => closed.resolve())
  })
  const abort = new AbortController()
  const read = async () => {
    for await (const _delta of streamChat(url, request, abort.signal)) abort.abort()
  }
  await expect(read()).rejects.toMatchObject({ code: 'cancelled' })
  await closed.promise
  closed = Promise.withResolvers()
  for await (const _delta of streamChat(url, request, new AbortController().signal)) break
  await closed.promise
})

test('nobody there is said so', async () => {
  await expect(ask('http://127.0.0.1:9')).rejects.toMatchObject({ code: 'daemon_unreachable' })
})
