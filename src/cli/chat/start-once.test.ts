import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test, vi } from 'vitest'
import { AppError } from '../../errors.ts'
import type { ChatDelta, Completer } from './completer.ts'
import { createScriptedCompleter, finish, say, type Script, temporaryFolder } from './repl.test-kit.ts'
import { openSessions } from './sessions.ts'
import { startOnce, type OnceStart } from './start-once.ts'

function collect() {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return { stream, text: () => text }
}

type Wanted = Partial<Omit<OnceStart, 'output' | 'messages'>> & {
  piped?: string
  scripts?: (Script | ChatDelta[])[]
}

async function prepare({ piped = '', scripts = [], ...wanted }: Wanted) {
  const { complete, requests } = createScriptedCompleter(scripts)
  const output = collect()
  const messages = collect()
  const start: OnceStart = {
    backend: { complete, models: async () => [{ id: 'pocket', loaded: false }] },
    folder: await temporaryFolder(),
    beginning: { model: undefined, system: undefined, options: {}, resume: false },
    prompt: undefined,
    verbose: false,
    showReasoning: true,
    json: false,
    input: Readable.from(piped === '' ? [] : [Buffer.from(piped)]),
    environment: {},
    ...wanted,
    output: output.stream,
    messages: messages.stream,
  }
  return { start, requests, output: output.text, messages: messages.text }
}

test('the answer and nothing else goes to stdout, escape sequences untouched in a pipe', async () => {
  const once = await prepare({ prompt: 'Hi', scripts: [say('Hello', ' \x1b[1mthere')] })
  await startOnce(once.start)
  expect(once.output()).toBe('Hello \x1b[1mthere\n')
  expect(once.messages()).toBe('')
})

test('piped text follows the prompt after a blank line; alone it is the prompt', async () => {
  const both = await prepare({ prompt: 'Sum up:', piped: 'a\nb\n' })
  await startOnce(both.start)
  expect(both.requests[0]?.messages).toEqual([{ role: 'user', content: 'Sum up:\n\na\nb' }])
  const alone = await prepare({
    piped: 'a\nb\n',
    beginning: { model: 'pocket', system: 'Be brief.', options: { seed: 1 }, resume: false },
  })
  await startOnce(alone.start)
  expect(alone.requests[0]).toEqual({
    model: 'pocket',
    options: { seed: 1, temperature: 0.7 },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'a\nb' },
    ],
  })
})

test('--json gives one object and streams nothing', async () => {
  const once = await prepare({
    prompt: 'Hi',
    json: true,
    scripts: [
      [
        { type: 'text', text: 'Hello' },
        { ...finish, model: 'pocket-q8' },
      ],
    ],
  })
  const end = await startOnce(once.start)
  expect(once.output()).toBe('')
  expect(end).toMatchObject({
    type: 'answered',
    result: {
      model: 'pocket-q8',
      content: 'Hello',
      finish_reason: 'stop',
      usage: { prompt_tokens: 12, cached_tokens: 5, completion_tokens: 40, total_tokens: 52 },
      timings: {
        ttft_ms: expect.any(Number),
        total_ms: expect.any(Number),
        tokens_per_second: 100,
        decode_ms: 400,
      },
    },
  })
})

test('--verbose writes its figures beside the answer, not into it', async () => {
  const once = await prepare({ prompt: 'Hi', verbose: true, scripts: [say('Hello')] })
  await startOnce(once.start)
  expect(once.output()).toBe('Hello\n')
  expect(once.messages()).toMatch(/^ttft .*100\.0 tokens\/s.*\n$/)
})

test('nothing to ask, text that is no text, and too much text are refused', async () => {
  await expect(startOnce((await prepare({ prompt: ' ', piped: '\n' })).start)).rejects.toMatchObject({
    code: 'invalid_request',
  })
  const binary = await prepare({ input: Readable.from([Buffer.from([0xff, 0xfe, 0])]) })
  await expect(startOnce(binary.start)).rejects.toThrow('stdin is not UTF-8 text')
  const mebibyte = Buffer.alloc(1024 * 1024, 'a')
  const large = await prepare({ input: Readable.from(Array.from({ length: 9 }, () => mebibyte)) })
  await expect(startOnce(large.start)).rejects.toThrow('stdin holds more than 8 MiB')
})

test('a pipe that nobody writes to does not hold up -p', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const once = await prepare({ prompt: 'Hi', input: new PassThrough() })
    const ended = startOnce(once.start)
    await vi.advanceTimersByTimeAsync(3000)
    await ended
    expect(once.output()).toBe('echo: Hi\n')
    expect(once.messages()).toContain('no text came on stdin')
  } finally {
    vi.useRealTimers()
  }
})

test('a refusal rejects with its own code; a failure in mid-answer too, after what came', async () => {
  const refused = await prepare({
    prompt: 'Hi',
    scripts: [{ deltas: [], after: new AppError('queue_full', 'full') }],
  })
  await expect(startOnce(refused.start)).rejects.toMatchObject({ code: 'queue_full' })
  const broken = await prepare({
    prompt: 'Hi',
    scripts: [{ deltas: say('Half').slice(0, 1), after: new AppError('engine_failed', 'crashed') }],
  })
  await expect(startOnce(broken.start)).rejects.toMatchObject({ code: 'engine_failed' })
  expect(broken.output()).toBe('Half\n')
  const unknown = await prepare({
    prompt: 'Hi',
    beginning: { model: 'nope', system: undefined, options: {}, resume: false },
  })
  await expect(startOnce(unknown.start)).rejects.toMatchObject({ code: 'model_not_found' })
})

test('Ctrl-C stops the answer', async () => {
  const complete: Completer = async function* () {
    yield { type: 'text', text: 'Half' }
    process.emit('SIGINT')
    await new Promise(() => {})
  }
  const once = await prepare({
    prompt: 'Hi',
    backend: { complete, models: async () => [{ id: 'pocket', loaded: true }] },
  })
  const listeners = process.listenerCount('SIGINT')
  expect(await startOnce(once.start)).toEqual({ type: 'interrupted' })
  expect(process.listenerCount('SIGINT')).toBe(listeners)
})

test('a reader that leaves ends the answer quietly', async () => {
  const signals: AbortSignal[] = []
  const complete: Completer = async function* (_request, signal) {
    signals.push(signal)
    for (;;) yield { type: 'text', text: 'line\n' }
  }
  const once = await prepare({
    prompt: 'Hi',
    backend: { complete, models: async () => [{ id: 'pocket', loaded: true }] },
  })
  let writes = 0
  const output = new Writable({
    write(_chunk, _encoding, done) {
      writes += 1
      setImmediate(done, writes > 3 ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null)
    },
  })
  expect(await startOnce({ ...once.start, output })).toEqual({ type: 'closed' })
  expect(signals[0]?.aborted).toBe(true)
})

test('--continue asks within the last session and saves the exchange there', async () => {
  const beginning = { model: undefined, system: undefined, options: {}, resume: true }
  const first = await prepare({ prompt: 'One', beginning })
  await startOnce(first.start)
  expect(first.messages()).toContain('no earlier session')
  const second = await prepare({ prompt: 'Two', beginning, folder: first.start.folder })
  await mkdir(join(first.start.folder, 'sessions', 'folder.json'))
  await startOnce(second.start)
  expect(second.requests[0]?.messages.map(({ content }) => content)).toEqual(['One', 'echo: One', 'Two'])
  const sessions = openSessions(join(first.start.folder, 'sessions'))
  const [entry] = await sessions.list()
  expect((await sessions.load(entry!.name)).turns).toHaveLength(4)
  expect(await readFile(join(first.start.folder, 'sessions', `${entry!.name}.json`), 'utf8')).toContain(
    '"title": "One"',
  )
  await writeFile(join(first.start.folder, 'sessions', `${entry!.name}.json`), '')
  const third = await prepare({ prompt: 'Three', beginning, folder: first.start.folder })
  await startOnce(third.start)
  expect(third.messages()).toContain('is damaged')
})

test('on two terminals what the model thinks goes to stderr; in a pipe and under --json nowhere', async () => {
  const deltas: ChatDelta[] = [{ type: 'reasoning', text: 'Hm.' }, ...say('Four.')]
  const asked = { prompt: '2 + 2?', environment: { NO_COLOR: '1', TERM: 'xterm' } }
  const answered = async (change: Partial<OnceStart> & { terminal: boolean }) => {
    const once = await prepare({ ...asked, scripts: [deltas] })
    for (const stream of [once.start.output, once.start.messages]) stream.isTTY = change.terminal
    const end = await startOnce({ ...once.start, ...change })
    const messages = stripVTControlCharacters(once.messages()).replaceAll(/\r|. (thinking|reasoning)/g, '')
    return { end, output: once.output(), messages }
  }
  expect(await answered({ terminal: true })).toMatchObject({
    output: 'Four.\n',
    messages: '[reasoning]\nHm.\n[answer]\n',
  })
  expect(await answered({ terminal: true, showReasoning: false })).toMatchObject({
    output: 'Four.\n',
    messages: '',
  })
  expect(await answered({ terminal: false })).toMatchObject({ output: 'Four.\n', messages: '' })
  expect(await answered({ terminal: true, json: true })).toMatchObject({
    end: { result: { content: 'Four.', reasoning_content: 'Hm.' } },
    output: '',
    messages: '',
  })
})
