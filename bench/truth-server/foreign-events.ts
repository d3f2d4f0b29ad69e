import { encodeSse } from '../../src/sse.ts'

/** Events as OpenAI's Responses API, Anthropic and Ollama write them. */
const named = (value: { type: string; [field: string]: unknown }): string =>
  encodeSse({ event: value.type, data: JSON.stringify(value) })
const line = (value: object): string => `${JSON.stringify({ model: 'truth', ...value })}\n`

const responseUsage = (outputTokens: number): object => ({
  usage: { input_tokens: 12, input_tokens_details: { cached_tokens: 0 }, output_tokens: outputTokens },
})

export const responses = {
  opening:
    named({ type: 'response.created', response: { status: 'in_progress', output: [], usage: null } }) +
    named({ type: 'response.output_item.added', item: { type: 'message', content: [] } }) +
    named({ type: 'response.content_part.added', part: { type: 'output_text', text: '' } }),
  text: (delta: string): string => named({ type: 'response.output_text.delta', delta }),
  reasoning: (delta: string): string => named({ type: 'response.reasoning_text.delta', delta }),
  /** The whole text again, as the API repeats it: none of it is new. */
  closing: (outputTokens: number): string =>
    named({ type: 'response.output_text.done', text: 'all of it again' }) +
    named({
      type: 'response.completed',
      response: {
        status: 'completed',
        output: [{ type: 'message', content: [{ type: 'output_text', text: 'all of it again' }] }],
        ...responseUsage(outputTokens),
      },
    }),
  incomplete: (outputTokens: number): string =>
    named({
      type: 'response.incomplete',
      response: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        ...responseUsage(outputTokens),
      },
    }),
  failed: named({
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'server_error', message: 'the engine stopped' } },
  }),
  error: named({ type: 'error', code: 'server_error', message: 'out of memory' }),
}

export const anthropic = {
  opening:
    named({
      type: 'message_start',
      message: { role: 'assistant', content: [], usage: { input_tokens: 12, output_tokens: 1 } },
    }) +
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }) +
    named({ type: 'ping' }),
  text: (text: string): string =>
    named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  thinking: (thinking: string): string =>
    named({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking } }),
  signature: named({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'signature_delta', signature: 'c2lnbmVk' },
  }),
  closing: (outputTokens: number): string =>
    named({ type: 'content_block_stop', index: 0 }) +
    named({
      type: 'message_delta',
      delta: { stop_reason: 'max_tokens' },
      usage: { output_tokens: outputTokens },
    }) +
    named({ type: 'message_stop' }),
  overloaded: named({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
}

/** What the server says of itself at the end: nanoseconds. */
export const ollamaDurations = { prompt_eval_duration: 30_000_000, eval_duration: 40_000_000 }
const ollamaEnd = (outputTokens: number): object => ({
  done: true,
  done_reason: 'length',
  total_duration: 90_000_000,
  load_duration: 5_000_000,
  prompt_eval_count: 12,
  eval_count: outputTokens,
  ...ollamaDurations,
})

export const ollama = {
  text: (content: string): string => line({ message: { role: 'assistant', content }, done: false }),
  thinking: (thinking: string): string =>
    line({ message: { role: 'assistant', content: '', thinking }, done: false }),
  closing: (outputTokens: number): string =>
    line({ message: { role: 'assistant', content: '' }, ...ollamaEnd(outputTokens) }),
  response: (response: string): string => line({ response, done: false }),
  responseClosing: (outputTokens: number): string => line({ response: '', ...ollamaEnd(outputTokens) }),
  error: line({ error: 'the runner process has terminated' }),
}

/** Three vectors of four numbers, as if three inputs had been sent. */
export const vectors = JSON.stringify({
  object: 'list',
  data: [0, 1, 2].map((index) => ({ object: 'embedding', index, embedding: [0.5, -0.5, 0.25, 0.1] })),
  usage: { prompt_tokens: 12, total_tokens: 12 },
})
