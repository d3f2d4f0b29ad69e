import { expect, test } from 'vitest'
import { openAnswer, parseEvents, sendRaw } from './http-client.test-kit.ts'
import { openGateway, streamed } from './open-gateway.test-kit.ts'

type Chunk = {
  choices: { index: number; delta: { content?: string; role?: string }; finish_reason: string | null }[]
  usage?: unknown
}

test('a chat stream, byte for byte', async () => {
  const { listen } = openGateway()
  const { port } = await listen()
  const answer = await openAnswer(port, streamed({ stream_options: { include_usage: true } }))
  const text = await answer.ended
  const { id, created } = parseEvents<{ id: string; created: number }>(text)[0]!
  const head = `{"id":"${id}","object":"chat.completion.chunk","created":${created},"model":"tiny","system_fingerprint":"fp_sluice","choices":[`
  const rest = '"logprobs":null,"finish_reason":null}],"usage":null}'
  const timings = text.slice(text.indexOf('"timings"'), text.indexOf('}\n\ndata: [DONE]'))
  expect(text).toBe(
    [
      `data: ${head}{"index":0,"delta":{"role":"assistant","content":"","refusal":null},${rest}`,
      `data: ${head}{"index":0,"delta":{"content":"Hello"},${rest}`,
      `data: ${head}{"index":0,"delta":{"content":" wörld"},${rest}`,
      `data: ${head}{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}`,
      `data: ${head}],"usage":{"prompt_tokens":2,"completion_tokens":2,"total_tokens":4,"prompt_tokens_details":{"cached_tokens":1},"completion_tokens_details":{"reasoning_tokens":0}},${timings}}`,
      'data: [DONE]',
      '',
    ].join('\n\n'),
  )
  expect(JSON.parse(`{${timings}}`)).toMatchObject({
    timings: { prompt_n: 1, predicted_n: 2, predicted_per_second: 500 },
  })
  expect(answer.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    'x-request-id': expect.any(String),
  })
  expect(answer.response.statusCode).toBe(200)
})

test('a completion stream: echo first, an empty text with the reason last, no usage unless asked', async () => {
  const { listen } = openGateway()
  const { port } = await listen()
  const body = { model: 'tiny', prompt: 'Say:', echo: true, stream: true }
  const answer = await openAnswer(port, body, '/v1/completions')
  const chunks = parseEvents<{ object: string; choices: { text: string; finish_reason: string | null }[] }>(
    await answer.ended,
  )
  expect(
    chunks.map((chunk) => [chunk.object, chunk.choices[0]!.text, chunk.choices[0]!.finish_reason]),
  ).toEqual([
    ['text_completion', 'Say:', null],
    ['text_completion', 'Hello', null],
    ['text_completion', ' wörld', null],
    ['text_completion', '', 'stop'],
  ])
  expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true)
})

test('several choices come as they are made, each with its role and its finish, one usage and one [DONE]', async () => {
  const { listen } = openGateway({ script: { pieces: (choice) => [`a${choice}`, `b${choice}`] } })
  const { port } = await listen()
  const answer = await openAnswer(port, streamed({ n: 3, stream_options: { include_usage: true } }))
  const text = await answer.ended
  const chunks = parseEvents<Chunk>(text)
  for (const index of [0, 1, 2]) {
    const own = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.index === index)
    expect(own.map((choice) => choice.delta.content)).toEqual(['', `a${index}`, `b${index}`, undefined])
    expect(own.map((choice) => choice.finish_reason)).toEqual([null, null, null, 'stop'])
  }
  const order = chunks.flatMap((chunk) => chunk.choices).flatMap((choice) => choice.delta.content || [])
  expect(order).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2'])
  expect(chunks.filter((chunk) => chunk.usage)).toHaveLength(1)
  expect(chunks.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 2, completion_tokens: 6, total_tokens: 8 },
  })
  expect(text.match(/\[DONE\]/g)).toHaveLength(1)
})

test('what comes in one step leaves in one write', async () => {
  const { listen } = openGateway({ script: { pieces: () => Array.from({ length: 20 }, () => 'x') } })
  const { port } = await listen()
  const body = JSON.stringify(streamed())
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  const raw = await sendRaw(port, head + body)
  expect(parseEvents(raw)).toHaveLength(22)
  expect(raw.match(/\r\n[0-9a-f]+\r\n/g)!.length).toBeLessThanOrEqual(3)
})
