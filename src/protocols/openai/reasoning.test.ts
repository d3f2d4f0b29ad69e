import { expect, test } from 'vitest'
import type { EngineEvent } from '../../engine/types.ts'
import type { Generation, RouteContext } from '../protocol.ts'
import { chat } from './chat/route.ts'

const events: EngineEvent[] = [
  { type: 'text-delta', text: 'hm, ', tokens: 2, reasoning: true },
  { type: 'text-delta', text: 'yes', tokens: 1, reasoning: true },
  { type: 'text-delta', text: 'Yes.', tokens: 2 },
  {
    type: 'finish',
    reason: 'stop',
    usage: { promptTokens: 3, cachedTokens: 0, completionTokens: 6, reasoningTokens: 3 },
    timings: { queueMs: 0, prefillMs: 1, decodeMs: 2 },
  },
]

const context = {
  requestId: 'id',
  created: 1,
  lenient: false,
  generate: async (): Promise<Generation> => ({
    model: 'm',
    queueMs: 0,
    // oxlint-disable-next-line require-await
    choices: [
      (async function* () {
        yield* events
      })(),
    ],
    detokenize: async () => '',
  }),
} as unknown as RouteContext
const ask = (extra: object = {}) =>
  chat.run(
    { body: { model: 'm', messages: [{ role: 'user', content: 'x' }], ...extra }, params: {}, query: {} },
    context,
  )

test('reasoning stands beside the answer, and its tokens are counted', async () => {
  const reply = await ask()
  expect(reply).toMatchObject({
    json: {
      choices: [{ message: { content: 'Yes.', reasoning_content: 'hm, yes' } }],
      usage: { completion_tokens: 6, completion_tokens_details: { reasoning_tokens: 3 } },
    },
  })
})

test('a stream keeps the two apart', async () => {
  const reply = await ask({ stream: true })
  if (!('stream' in reply)) throw new Error('not a stream')
  const seen = { content: '', reasoning_content: '' }
  for await (const { data } of reply.stream) {
    if (data === '[DONE]') continue
    const { choices } = JSON.parse(data) as { choices: { delta: Partial<typeof seen> }[] }
    seen.content += choices[0]?.delta.content ?? ''
    seen.reasoning_content += choices[0]?.delta.reasoning_content ?? ''
  }
  expect(seen).toEqual({ content: 'Yes.', reasoning_content: 'hm, yes' })
})
