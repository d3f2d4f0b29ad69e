import { expect, test } from 'vitest'
import { chatBody, openGateway, post } from './open-gateway.test-kit.ts'

test('answers a chat request', async () => {
  const response = await post({}, chatBody())
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(response.json()).toEqual({
    id: expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/),
    object: 'chat.completion',
    created: expect.any(Number),
    model: 'tiny',
    system_fingerprint: 'fp_sluice',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello wörld', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 2,
      completion_tokens: 2,
      total_tokens: 4,
      prompt_tokens_details: { cached_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
    timings: {
      queue_ms: expect.any(Number),
      cache_n: 1,
      prompt_n: 1,
      prompt_ms: 2,
      prompt_per_second: 500,
      predicted_n: 2,
      predicted_ms: 4,
      predicted_per_second: 500,
    },
  })
})

test('a choice of its own for each n, counted once for the prompt', async () => {
  const response = await post(
    { script: { pieces: (choice) => ['answer ', String(choice)] } },
    chatBody({ n: 3 }),
  )
  const body = response.json()
  expect(body.choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1, 2])
  expect(body.choices.map((choice: { message: { content: string } }) => choice.message.content)).toEqual([
    'answer 0',
    'answer 1',
    'answer 2',
  ])
  expect(body.usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 6, total_tokens: 8 })
})

test('completes several prompts with several choices, echo included', async () => {
  const body = { model: 'org/tiny', prompt: ['one two', 'three'], n: 2, echo: true }
  const response = await post({ script: { pieces: (choice) => [` +${choice}`] } }, body, '/v1/completions')
  expect(response.statusCode).toBe(200)
  const answer = response.json()
  expect(answer.object).toBe('text_completion')
  expect(answer.model).toBe('tiny')
  expect(
    answer.choices.map((choice: { text: string; index: number }) => [choice.index, choice.text]),
  ).toEqual([
    [0, 'one two +0'],
    [1, 'one two +1'],
    [2, 'three +0'],
    [3, 'three +1'],
  ])
  expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 4 })
})

test('echoes a prompt of tokens as text', async () => {
  const body = { model: 'tiny', prompt: [[72, 105], [72]], echo: true }
  const response = await post({ script: { pieces: () => ['!'] } }, body, '/v1/completions')
  expect(response.json().choices.map((choice: { text: string }) => choice.text)).toEqual(['Hi!', 'H!'])
})

test('lists models, and finds one by any spelling of its name', async () => {
  const { app } = openGateway()
  const list = (await app.inject('/v1/models')).json()
  expect(list).toEqual({
    object: 'list',
    data: [
      {
        id: 'tiny',
        object: 'model',
        created: 1_700_000_000,
        owned_by: 'sluice',
        aliases: ['org/tiny'],
        status: { value: 'loaded' },
        architecture: { name: 'scripted', input_modalities: ['text'], output_modalities: ['text'] },
        meta: {
          n_ctx: 64,
          n_ctx_train: 128,
          n_vocab: 256,
          n_params: 1000,
          size: 4096,
          quantization: 'Q8_0',
          n_slots: 2,
        },
      },
    ],
  })
  for (const path of ['/v1/models/tiny', '/v1/models/org/tiny', '/v1/models/org%2Ftiny']) {
    expect((await app.inject(path)).json()).toEqual(list.data[0])
  }
  const missing = await app.inject('/v1/models/org/other')
  expect(missing.statusCode).toBe(404)
  expect(missing.json().error).toMatchObject({
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model',
  })
})
