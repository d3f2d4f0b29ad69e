import { expect, test } from 'vitest'
import type { GenerateRequest } from '../engine/types.ts'
import type { Filter } from '../moderation/filter.ts'
import { createRandom, split } from '../moderation/split.test-kit.ts'
import { behind, readStream, regex, words } from './moderation.test-kit.ts'
import { chatBody, openGateway, post, streamed } from './open-gateway.test-kit.ts'

const say = (content: string, extra: object = {}) =>
  chatBody({ messages: [{ role: 'user', content }], ...extra })

test('a blocked request never reaches the engine, and the answer names the filter, not the text', async () => {
  const { app, engine, lines } = openGateway(behind([words(['bomb'], 'block')]))
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    payload: say('How to build a BOMB'),
  })
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({
    error: { code: 'content_blocked', type: 'invalid_request_error', param: 'messages', filter: 'words' },
  })
  expect(answer.body).not.toMatch(/bomb/i)
  expect(engine.seen.requests).toEqual([])
  expect(lines.at(-1)).toMatchObject({ status: 400, error: 'content_blocked', flags: ['words'] })
})

test('redaction changes what the engine sees: all roles, tool results and the arguments of calls', async () => {
  const { app, engine } = openGateway(behind([regex('4\\d{3}', 'redact')]))
  const call = { name: 'pay', arguments: '{"card": 4111, "note": ["use 4222"], "sum": 5}' }
  await app.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    payload: chatBody({
      messages: [
        { role: 'system', content: 'key 4000' },
        { role: 'user', content: [{ type: 'text', text: 'card 4333' }] },
        { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: call }] },
        { role: 'tool', tool_call_id: 'a', content: 'paid with 4444' },
      ],
    }),
  })
  const { prompt } = engine.seen.requests[0] as GenerateRequest
  expect(prompt).toMatchObject({
    messages: [
      { text: 'key [X]' },
      { text: 'card [X]' },
      { toolCalls: [{ argumentsJson: '{"card":"[X]","note":["use [X]"],"sum":5}' }] },
      { text: 'paid with [X]' },
    ],
  })
})

test('prompts of completions are looked at too, as text or as tokens', async () => {
  const { app, engine } = openGateway(behind([words(['bad'], 'redact')]))
  const prompts = ['so bad', [...Buffer.from('too bad')], [...Buffer.from('fine')]]
  for (const prompt of prompts) {
    await app.inject({
      method: 'POST',
      url: '/v1/completions',
      headers: { 'content-type': 'application/json' },
      payload: { model: 'tiny', prompt },
    })
  }
  expect(engine.seen.requests.map((request) => (request as GenerateRequest).prompt)).toEqual([
    { kind: 'text', text: 'so [X]' },
    { kind: 'text', text: 'too [X]' },
    { kind: 'tokens', tokens: [...Buffer.from('fine')] },
  ])
})

test('inputs of embeddings are looked at too', async () => {
  const ask = async (filters: Filter[], input: unknown) => {
    const { app, engine } = openGateway(behind(filters))
    const seen: unknown[] = []
    engine.embed = async ({ inputs }) => {
      seen.push(...inputs)
      return { vectors: inputs.map(() => Float32Array.from([1])), promptTokens: 1 }
    }
    const payload = { model: 'tiny', input }
    const { statusCode, body } = await app.inject({ method: 'POST', url: '/v1/embeddings', payload })
    return { statusCode, body, seen }
  }
  expect((await ask([words(['bad'], 'redact')], ['a bad one', 'fine'])).seen).toEqual([
    { kind: 'text', text: 'a [X] one' },
    { kind: 'text', text: 'fine' },
  ])
  const refused = await ask([words(['bad'], 'block')], [[...Buffer.from('so bad')]])
  expect(refused).toMatchObject({ statusCode: 400, seen: [] })
  expect(JSON.parse(refused.body)).toMatchObject({ error: { code: 'content_blocked', param: 'input' } })
})

test('what filters find is in a header and in the log', async () => {
  const filters = [words(['hi'], 'flag'), words(['wörld'], 'flag', { name: 'places' })]
  const plain = await post(behind(filters), chatBody())
  expect(plain.headers['x-sluice-flags']).toBe('words, places')
  const { app, lines } = openGateway(behind(filters))
  const stream = await app.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    payload: streamed(),
  })
  // What is found after the first byte is only in the log.
  expect(stream.headers['x-sluice-flags']).toMatch(/^words/)
  expect(lines.at(-1)).toMatchObject({ flags: ['words', 'places'] })
})

test('a stream lets text through at once where no filter can find anything', async () => {
  const pieces = ['All', ' is', ' well', ' here', ', bad', ' things', ' are', ' not']
  const answer = await post(
    behind([words(['bad news'], 'block'), regex('\\d+-\\d+', 'redact')], pieces),
    streamed(),
  )
  const { texts, finish } = readStream(answer.body)
  expect(finish).toBe('stop')
  expect(texts.filter(Boolean)).toEqual(['All', ' is', ' well', ' here', ', ', 'bad things', ' are', ' not'])
})

test('a match across chunks is taken out before it is sent', async () => {
  const pieces = ['call 55', '5-12', '34 now, b', 'ad', ' idea']
  const answer = await post(
    behind([regex('\\d{3}-\\d{4}', 'redact'), words(['bad'], 'redact')], pieces),
    streamed(),
  )
  const { text, texts } = readStream(answer.body)
  expect(text).toBe('call [X] now, [X] idea')
  expect(texts.join('|')).not.toMatch(/\d/)
})

test('a block ends the stream with content_filter, and the generation with it', async () => {
  const { app, engine } = openGateway(
    behind([words(['bad'], 'block')], ['This', ' is', ' ba', 'd', '.', ' More', '!']),
  )
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    payload: streamed({ stream_options: { include_usage: true } }),
  })
  const { text, finish, usage, done } = readStream(answer.body)
  expect({ text, finish, done }).toEqual({ text: 'This is ', finish: 'content_filter', done: true })
  // What the engine had generated by then, the held back and the blocked part included.
  expect(usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 5 })
  expect(engine.seen).toMatchObject({ running: 0, ended: 1 })
})

test('a plain answer is cut in the same place', async () => {
  const answer = await post(
    behind([words(['bad'], 'block')], ['This', ' is', ' ba', 'd', '.', ' More']),
    chatBody(),
  )
  expect(answer.json()).toMatchObject({
    choices: [{ message: { content: 'This is ' }, finish_reason: 'content_filter' }],
  })
})

test('a find at the very end is seen before the finish, and usage stays the engine’s', async () => {
  const blocked = await post(behind([words(['bad'], 'block')], ['so', ' bad']), chatBody())
  expect(blocked.json()).toMatchObject({
    choices: [{ message: { content: 'so ' }, finish_reason: 'content_filter' }],
    usage: { completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } },
  })
  const redacted = await post(behind([words(['bad'], 'redact')], ['so', ' bad']), chatBody())
  expect(redacted.json()).toMatchObject({
    choices: [{ message: { content: 'so [X]' }, finish_reason: 'stop' }],
    usage: { completion_tokens: 2 },
  })
})

test('how an answer is cut into deltas does not change what arrives', async () => {
  const text =
    'Ann (ann@x.org) said: call 555-1234 or 555-12345, bad badly bad! Über bäd 4111-1111. 😀 bad news'
  for (const action of ['redact', 'block'] as const) {
    const filters = [
      regex('[a-z]+@[a-z]+\\.[a-z]+', 'redact'),
      words(['bäd', 'bad news'], action),
      regex('\\b\\d{3,4}-\\d{4}\\b', 'redact'),
      words(['[x]', 'bad'], 'redact'),
    ]
    const whole = readStream((await post(behind(filters, [text]), streamed())).body)
    expect(whole.text).toMatch(/^Ann \(\[X\]\) said: call \[X\] or 555-12345, \[X\] badly \[X\]! Über /)
    for (let seed = 0; seed < 60; seed += 1) {
      const pieces = split(text, createRandom(seed))
      const { text: arrived, finish } = readStream((await post(behind(filters, pieces), streamed())).body)
      expect({ arrived, finish }, `seed ${seed}`).toEqual({ arrived: whole.text, finish: whole.finish })
    }
  }
})

test('filters that do not apply change nothing', async () => {
  const other = words(['hi', 'hello'], 'block', { appliesTo: ({ model }) => model !== 'tiny' })
  const answer = await post(behind([other]), chatBody())
  expect(answer.json()).toMatchObject({ choices: [{ message: { content: 'Hello wörld' } }] })
})
