import { afterEach, expect, test } from 'vitest'
import type { BenchOptions } from '../options.ts'
import type { BenchResult } from '../result.ts'
import { runBench } from '../run.ts'
import {
  doneEvent,
  event,
  finishEvent,
  startOddServer,
  startStream,
  textEvent,
  type OddAnswer,
  type OddServer,
} from '../wire/odd-server.test-kit.ts'

const servers: OddServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
const reasoning = event({ choices: [{ index: 0, delta: { reasoning_content: 'so so ' } }] })
const uncounted = reasoning + textEvent('one two ').repeat(3) + finishEvent() + doneEvent

/** Streams without usage, and answers `/tokenize` as the test says. */
const serve = async (tokenize: OddAnswer, stream = uncounted): Promise<OddServer> => {
  const server = await startOddServer((response, request) =>
    request.path === '/tokenize' ? tokenize(response, request) : startStream(response).end(stream),
  )
  servers.push(server)
  return server
}
const run = (server: OddServer, changes: Partial<BenchOptions> = {}): Promise<BenchResult> =>
  runBench(
    {
      url: server.url,
      endpoint: 'chat',
      stream: true,
      load: { mode: 'closed', concurrency: 2, requests: 6 },
      prompts: { kind: 'built-in' },
      sampling: { ignoreEos: false },
      timeoutMs: 20_000,
      ...changes,
    },
    { signal: new AbortController().signal, version: '1', argv: [] },
  )
const countWords: OddAnswer = (response, { body }) =>
  response.end(JSON.stringify({ count: String(body['prompt']).trim().split(/\s+/).length }))
const tokenizing = ({ requests }: OddServer) => requests.filter(({ path }) => path === '/tokenize')

test.each([undefined, 2])(
  'threads %s: answers without usage are counted by the tokenizer',
  async (threads) => {
    const server = await serve(countWords)
    const result = await run(server, threads === undefined ? {} : { threads })
    // Two words of reasoning and six of text, in four events.
    expect(result.tokens).toMatchObject({ source: 'tokenizer', output: 48, prompt: null })
    expect(result.stream).toMatchObject({ events: 24, tokens_per_event: 2 })
    expect(result.samples.map(({ output_tokens: tokens }) => tokens)).toEqual([8, 8, 8, 8, 8, 8])
    expect(result.notes.join()).toContain('counted after the run with its /tokenize')
    const asked = tokenizing(server)
    // One to see that it is there, and one for each answer, after all of them.
    expect(asked).toHaveLength(7)
    expect(server.requests.slice(-6).every(({ path }) => path === '/tokenize')).toBe(true)
    expect(asked.at(-1)!.body).toMatchObject({ model: 'odd', add_special_tokens: false })
    expect(result.samples.map(({ end }) => end)).toEqual(
      result.samples.map(({ end }) => end).toSorted((left, right) => left - right),
    )
  },
)

test("llama-server's list of tokens is counted, and whole answers too", async () => {
  const whole = { choices: [{ message: { content: 'one two three' }, finish_reason: 'stop' }] }
  const server = await startOddServer((response, { path, body }) =>
    path === '/tokenize'
      ? response.end(JSON.stringify({ tokens: String(body['content']).split(' ') }))
      : response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole)),
  )
  servers.push(server)
  const result = await run(server, { stream: false })
  expect(result.tokens).toMatchObject({ source: 'tokenizer', output: 18 })
})

test('without a tokenizer events are counted, and nobody asks for one where usage comes', async () => {
  const without = await serve((response) => response.writeHead(404).end('no'))
  expect((await run(without)).tokens).toMatchObject({ source: 'events', output: 24 })
  expect(tokenizing(without)).toHaveLength(1)
  const usage = event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 9 } })
  const counted = await serve(countWords, usage + uncounted)
  expect((await run(counted)).tokens).toMatchObject({ source: 'usage', output: 54 })
  expect(tokenizing(counted)).toHaveLength(0)
})

test.each<[string, OddAnswer]>([
  ['fails', (response) => response.writeHead(500).end()],
  ['cuts the connection', (response) => response.destroy()],
  ['answers nonsense', (response) => response.end('{"count": "many"}')],
  ['never stops answering', (response) => response.end(`{"tokens": [${'1,'.repeat(5 * 1024 * 1024)}1]}`)],
])('a tokenizer that %s later: events stand in, and the source says mixed', async (_what, breaks) => {
  let asked = 0
  const server = await serve((response, request) => {
    asked += 1
    return asked === 4 ? breaks(response, request) : countWords(response, request)
  })
  const result = await run(server)
  expect(result.tokens).toMatchObject({ source: 'mixed', output: 5 * 8 + 4 })
  expect(result.requests.succeeded).toBe(6)
})

test("a tool call's arguments have no text to count", async () => {
  const call = event({
    choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] } }],
  })
  const server = await serve(countWords, call + uncounted)
  expect((await run(server)).tokens).toMatchObject({ source: 'events', output: 30 })
})
