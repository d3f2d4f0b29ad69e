import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { key, pasted, say, startTestRepl } from './repl.test-kit.ts'

const lost = () =>
  new AppError('daemon_unreachable', 'the connection to the daemon broke in the middle of the answer')

test('an answer streams, and the next question carries the conversation', async () => {
  const repl = await startTestRepl({ scripts: [say('Hello', ' there.')] })
  expect(await repl.enter('Hi')).toContain('Hello there.\n')
  expect(await repl.enter('And now?')).toContain('echo: And now?')
  expect(repl.requests[1]).toEqual({
    model: 'pocket',
    options: { temperature: 0.7 },
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello there.' },
      { role: 'user', content: 'And now?' },
    ],
  })
  repl.type(key.ctrlD)
  await repl.ended
  expect(repl.raw().endsWith('\x1b[?2004l\x1b[?25h')).toBe(true)
})

test('the server says what it is doing until the first word comes', async () => {
  const deltas = [
    { type: 'status' as const, text: 'queued 3' },
    { type: 'status' as const, text: 'loading 41%' },
  ]
  const repl = await startTestRepl({ scripts: [[...deltas, ...say('Ready.')]] })
  repl.type(`Hi${key.enter}`)
  await repl.sees('thinking')
  await repl.sees('queued 3')
  await repl.sees('loading 41%')
  await repl.sees('\r\x1b[2K\x1b[?25h')
  await repl.sees('Ready.')
})

test('Ctrl-C stops the answer, keeps what came, and the chat goes on', async () => {
  const repl = await startTestRepl({ scripts: [{ deltas: say('Once upon').slice(0, 1), after: 'hang' }] })
  repl.type(`Tell a story${key.enter}`)
  await repl.sees('Once upon')
  repl.type(key.ctrlC)
  await repl.sees('[stopped]')
  await repl.sees('>>> ')
  expect(repl.signals[0]?.aborted).toBe(true)
  expect(repl.chat.conversation.turns.at(-1)).toEqual({
    role: 'assistant',
    content: 'Once upon',
    stopped: true,
  })
  expect(await repl.enter('Go on')).toContain('echo: Go on')
  expect(repl.requests[1]?.messages[1]).toEqual({ role: 'assistant', content: 'Once upon' })
})

test('Ctrl-C before the first word leaves the question open for /regen', async () => {
  const repl = await startTestRepl({ scripts: [{ deltas: [], after: 'hang' }] })
  repl.type(`Hi${key.enter}`)
  await repl.sees('thinking')
  repl.type(key.ctrlC)
  await repl.sees('>>> ')
  expect(await repl.enter('/regen')).toContain('echo: Hi')
})

test('Ctrl-C at the prompt: a hint when it is empty, else the line is cleared', async () => {
  const repl = await startTestRepl()
  repl.type(key.ctrlC)
  await repl.sees('Use Ctrl-D or /bye to leave.')
  await repl.sees('>>> ')
  repl.type('half a thought')
  await repl.sees('thought')
  repl.type(key.ctrlC)
  expect(await repl.sees('>>> ')).not.toContain('Use Ctrl-D')
  expect(await repl.enter('whole')).toContain('echo: whole')
  expect(repl.requests).toHaveLength(1)
})

test('what is typed during an answer waits for the prompt; Ctrl-C forgets it', async () => {
  const hanging = () => ({ deltas: say('Once').slice(0, 1), after: 'hang' as const })
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const repl = await startTestRepl({ scripts: [hanging()] })
  repl.type(`First${key.enter}`)
  await repl.sees('Once')
  repl.type(`forgotten${key.enter}`)
  repl.type(key.ctrlC)
  await repl.sees('>>> ')
  repl.replaceCompleter(async function* () {
    yield { type: 'text', text: 'Slowly' }
    await released
    yield* say(' done.')
  })
  repl.type(`Second${key.enter}`)
  await repl.sees('Slowly')
  repl.type(`Third${key.enter}`)
  repl.replaceCompleter(repl.complete)
  release()
  await repl.sees('done.')
  await repl.sees('echo: Third')
  expect(repl.requests.map((request) => request.messages.at(-1)?.content)).toEqual(['First', 'Third'])
})

test('a failure in mid-answer is one line; /regen asks again', async () => {
  const repl = await startTestRepl({ scripts: [{ deltas: say('Half an').slice(0, 1), after: lost() }] })
  const output = await repl.enter('Hi')
  expect(output).toContain(
    'Half an\nError: the connection to the daemon broke in the middle of the answer.\n',
  )
  expect(output).toContain('/regen tries again')
  expect(repl.chat.conversation.turns).toEqual([{ role: 'user', content: 'Hi' }])
  expect(await repl.enter('/regen')).toContain('echo: Hi')
  expect(repl.requests[1]?.messages).toEqual([{ role: 'user', content: 'Hi' }])
})

test('after a failure a new message takes the place of the unanswered one', async () => {
  const repl = await startTestRepl({ scripts: [{ deltas: [], after: lost() }] })
  await repl.enter('First')
  await repl.enter('Second')
  expect(repl.requests[1]?.messages).toEqual([{ role: 'user', content: 'Second' }])
})

test('a failure that is not ours is one line too', async () => {
  const repl = await startTestRepl({ scripts: [{ deltas: [], after: new Error('socket hang up') }] })
  expect(await repl.enter('Hi')).toContain('Error: the answer failed: socket hang up.\n')
})

test('a stream that ends without a finish is a failure', async () => {
  const repl = await startTestRepl({ scripts: [say('Half').slice(0, 1)] })
  expect(await repl.enter('Hi')).toContain('the connection ended before the answer did')
})

test('a full context is explained with its numbers', async () => {
  const details = { n_prompt_tokens: 2140, n_ctx: 2048 }
  const full = new AppError('context_length_exceeded', 'does not fit', { details })
  const repl = await startTestRepl({ scripts: [{ deltas: [], after: full }] })
  const output = await repl.enter('Hi')
  expect(output).toContain('2,140 tokens and the model holds 2,048')
  expect(output).toMatch(/\/undo .*\/clear/)
})

test('an overloaded server says when to come back', async () => {
  const busy = new AppError('queue_full', 'the queue of pocket is full', { retryAfterMs: 1500 })
  const repl = await startTestRepl({ scripts: [{ deltas: [], after: busy }] })
  expect(await repl.enter('Hi')).toContain('Error: the queue of pocket is full. Try again in 2 s.')
})

test('control characters of the model never reach the terminal', async () => {
  const repl = await startTestRepl({ scripts: [say('\x1b]0;title\x07a\x1b[2Jb\rc\x9bd\te\nf')] })
  const before = repl.raw().length
  await repl.enter('Hi')
  expect(repl.raw().slice(before)).toContain(']0;titlea[2Jbcd\te\nf')
})

test('a block, a trailing backslash and Alt-Enter make one message of several lines', async () => {
  const repl = await startTestRepl()
  repl.type(`"""${key.enter}one${key.enter}${key.enter}/two"""${key.enter}`)
  await repl.sees('echo: ')
  repl.type(`a\\${key.enter}b${key.enter}`)
  await repl.sees('echo: a')
  repl.type(`x${key.altEnter}y${key.enter}`)
  await repl.sees('echo: x')
  expect(repl.requests.map((request) => request.messages.at(-1)?.content)).toEqual([
    'one\n\n/two',
    'a\nb',
    'x\ny',
  ])
})

test('Ctrl-C leaves an open block', async () => {
  const repl = await startTestRepl()
  repl.type(`"""${key.enter}`)
  await repl.sees('... ')
  repl.type(key.ctrlC)
  expect(await repl.sees('>>> ')).not.toContain('Use Ctrl-D')
  expect(await repl.enter('Hi')).toContain('echo: Hi')
})

test('a paste does not submit, and its tabs and newlines arrive', async () => {
  const repl = await startTestRepl()
  repl.type(`see: ${pasted('a\r\tb\r\nc\x1b[31m')}`)
  await repl.sees('a⏎\tb⏎c')
  expect(repl.requests).toHaveLength(0)
  repl.type(` end${key.enter}`)
  await repl.sees('echo: ')
  expect(repl.requests[0]?.messages[0]?.content).toBe('see: a\n\tb\nc end')
})

test('a long paste is shown as a label and sent whole, even when it comes in pieces', async () => {
  const repl = await startTestRepl()
  const text = Array.from({ length: 500 }, (_, line) => `line ${line} $& é😀`).join('\n')
  const bytes = Buffer.from(`${pasted(text)}${key.enter}`)
  for (let start = 0; start < bytes.length; start += 7) repl.input.write(bytes.subarray(start, start + 7))
  await repl.sees('[paste 1: 500 lines]')
  await repl.sees('echo: ')
  expect(repl.requests[0]?.messages[0]?.content).toBe(text)
})

test('two slashes send one', async () => {
  const repl = await startTestRepl()
  await repl.enter('//help is a word')
  expect(repl.requests[0]?.messages[0]?.content).toBe('/help is a word')
})

test('history comes back in the next run, several lines included', async () => {
  const first = await startTestRepl()
  await first.enter('older')
  first.type(`"""${key.enter}one${key.enter}two"""${key.enter}`)
  await first.sees('echo: ')
  await first.sees('>>> ')
  const second = await startTestRepl({ folder: first.folder })
  second.type(`${key.up}${key.enter}`)
  await second.sees('echo: ')
  await second.sees('>>> ')
  second.type(`${key.up}${key.up}${key.ctrlA}much ${key.enter}`)
  await second.sees('echo: ')
  expect(second.requests.map((request) => request.messages.at(-1)?.content)).toEqual([
    'one\ntwo',
    'much older',
  ])
})

test('a terminal that goes away ends the chat', async () => {
  const repl = await startTestRepl()
  repl.input.end()
  await expect(repl.ended).resolves.toBeUndefined()
})

test('a folder that cannot be written costs the copy, not the chat', async () => {
  const repl = await startTestRepl({ folder: '/dev/null/nowhere' })
  const output = await repl.enter('Hi')
  expect(output).toContain('The history is not being saved')
  expect(output).toContain('echo: Hi')
  expect(output).toContain('This session is not being saved')
  expect(await repl.enter('Again')).not.toContain('not being saved')
})
