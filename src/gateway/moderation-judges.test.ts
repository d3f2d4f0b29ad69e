import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { Question } from '../moderation/judge.ts'
import { createGate } from './gate.test-kit.ts'
import { behind, judge, readStream } from './moderation.test-kit.ts'
import { chatBody, openGateway, post, streamed } from './open-gateway.test-kit.ts'

const ask = (origin: string, signal?: AbortSignal) =>
  fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(streamed()),
    ...(signal && { signal }),
  })

test('a judge sees an answer sentence by sentence, with what came before', async () => {
  const asked: Question[] = []
  const filter = judge(
    (question) => {
      asked.push(question)
      return question.pieces[0]!.text.includes('two')
        ? { action: 'redact', texts: ['2. '] }
        : { action: 'allow' }
    },
    { on: 'output' },
  )
  const pieces = ['Sentence', ' one. Sen', 'tence two. ', 'The', ' end']
  const { text } = readStream((await post(behind([filter], pieces), streamed())).body)
  expect(text).toBe('Sentence one. 2. The end')
  expect(asked.map(({ pieces: [piece], context, final }) => [piece!.text, context, final])).toEqual([
    ['Sentence one. ', '', false],
    ['Sentence two. ', 'Sentence one. ', false],
    ['The end', 'Sentence one. 2. ', true],
  ])
  expect(asked[0]).toMatchObject({ direction: 'output', model: 'tiny', key: 'anonymous' })
})

test('a judge refuses with its reason, and stops an answer', async () => {
  const refused = await post(behind([judge(() => ({ action: 'block', reason: 'policy 4' }))]), chatBody())
  expect(refused.statusCode).toBe(400)
  expect(refused.json()).toMatchObject({ error: { message: expect.stringContaining('policy 4') as string } })
  const filter = judge(({ final }) => ({ action: final ? 'block' : 'allow' }), { on: 'output' })
  const stopped = await post(behind([filter], ['A first sentence. ', 'And more']), chatBody())
  expect(stopped.json()).toMatchObject({
    choices: [{ message: { content: 'A first sentence. ' }, finish_reason: 'content_filter' }],
  })
})

test('a judge that fails in mid-stream ends it with an error, never with a success', async () => {
  const failing = judge(() => ({ action: 'allow' }), {
    on: 'output',
    judge: async ({ final }) => {
      if (final) throw new AppError('moderation_unavailable', 'cannot be asked')
      return { action: 'allow' }
    },
  })
  const gate = createGate()
  const pieces = ['A first sentence. ', 'And more']
  const options = { ...behind([failing]), script: { pieces: () => pieces, step: gate.step } }
  const { origin } = await openGateway(options).listen()
  gate.let(1)
  const response = await ask(origin)
  let body = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    body += chunk
    if (body.includes('first sentence')) gate.let(2)
  }
  expect(readStream(body)).toMatchObject({ text: 'A first sentence. ', finish: undefined, done: false })
  expect(body).toContain('"code":"moderation_unavailable"')
})

test('a caller who leaves while a judge thinks ends the question and the generation', async () => {
  const asked = Promise.withResolvers<AbortSignal>()
  const slow = judge(() => ({ action: 'allow' }), {
    on: 'output',
    judge: (_, signal) => {
      asked.resolve(signal)
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    },
  })
  const { engine, admission, listen } = openGateway(behind([slow], ['A first sentence. ', 'And more']))
  const { origin } = await listen()
  const caller = new AbortController()
  const answer = ask(origin, caller.signal)
  const signal = await asked.promise
  caller.abort()
  await expect(answer).rejects.toThrow(/abort/)
  await expect
    .poll(() => [signal.aborted, engine.seen.running, admission.status().running])
    .toEqual([true, 0, 0])
})
