import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { ChatDelta } from './completer.ts'
import { createReasoningNotes } from './reasoning-notes.ts'
import { finish, key, say, startTestRepl } from './repl.test-kit.ts'

const think = (...words: string[]): ChatDelta[] => words.map((text) => ({ type: 'reasoning', text }))

test('what the model thinks stands under a heading, and so does the answer then', async () => {
  const repl = await startTestRepl({ scripts: [[...think('First ', 'this.'), ...say('Four', '.')]] })
  expect(await repl.enter('2 + 2?')).toContain('[reasoning]\nFirst this.\n[answer]\nFour.\n')
})

test('thoughts between two parts of an answer end its line', async () => {
  const deltas = [...think('a\n'), ...say('One').slice(0, 1), ...think('b'), ...say('Two')]
  const repl = await startTestRepl({ scripts: [deltas] })
  expect(await repl.enter('Hi')).toContain('[reasoning]\na\n[answer]\nOne\n[reasoning]\nb\n[answer]\nTwo\n')
})

test('it is neither sent back nor saved', async () => {
  const repl = await startTestRepl({ scripts: [[...think('secret thought'), ...say('Four.')]] })
  await repl.enter('2 + 2?')
  await repl.enter('Sure?')
  expect(repl.requests[1]?.messages).toEqual([
    { role: 'user', content: '2 + 2?' },
    { role: 'assistant', content: 'Four.' },
    { role: 'user', content: 'Sure?' },
  ])
  const sessions = join(repl.folder, 'sessions')
  const files = await Promise.all(
    (await readdir(sessions)).map((file) => readFile(join(sessions, file), 'utf8')),
  )
  expect(files.join()).toContain('Four.')
  expect(files.join()).not.toContain('secret thought')
})

test('/set reasoning off hides it; the word is completed and wrong ones are refused', async () => {
  const scripts = [1, 2].map(() => [...think('Hm. '), ...say('Four.')])
  const repl = await startTestRepl({ scripts })
  expect(await repl.enter('/set reasoning maybe')).toContain('reasoning must be on or off, not "maybe"')
  expect(await repl.enter('/set reasning off')).toContain('did you mean "reasoning"?')
  expect(await repl.enter('/set reasoning off')).toContain('reasoning = off')
  expect(await repl.enter('/set')).toMatch(/reasoning\s+off\s+show what/)
  const hidden = await repl.enter('2 + 2?')
  expect(hidden).toContain('Four.\n')
  expect(hidden).not.toMatch(/Hm|\[reasoning\]|\[answer\]/)
  expect(await repl.enter('/set reasoning default')).toContain('reasoning = on')
  expect(await repl.enter('/set reasoning')).toContain('reasoning = on')
  expect(await repl.enter('2 + 2?')).toContain('[reasoning]\nHm. \n[answer]\nFour.\n')
})

test('thoughts alone, cut off: the question stays open', async () => {
  const cut: ChatDelta = { ...finish, reason: 'length' }
  const repl = await startTestRepl({
    scripts: [[...think('On and on'), cut], { deltas: think('So'), after: 'hang' }],
  })
  const output = await repl.enter('Hi')
  expect(output).toContain(
    '[reasoning]\nOn and on\n[the model gave an empty answer]\n[cut: the context is full',
  )
  repl.type(`Again${key.enter}`)
  await repl.sees('So')
  repl.type(key.ctrlC)
  expect(await repl.sees('[stopped]')).toBe('\n[stopped]')
  await repl.sees('>>> ')
  expect(repl.chat.conversation.turns.at(-1)).toEqual({ role: 'user', content: 'Again' })
})

test('dim where there are colours; a narrow terminal cuts no word', async () => {
  const scripts = [[...think('A thought that is longer than the line'), ...say('Yes.')]]
  const repl = await startTestRepl({ scripts, columns: 20, environment: { TERM: 'xterm' } })
  repl.type(`Hi${key.enter}`)
  await repl.sees('Yes.')
  // oxlint-disable-next-line no-control-regex -- how the wrap takes a word back
  const shown = repl.raw().replaceAll(/\w+\x1b\[\dD\x1b\[K/g, '')
  expect(shown).toContain(
    '\x1b[2m[reasoning]\x1b[22m\n\x1b[2mA thought that is \nlonger than the \nline\x1b[22m\n\x1b[2m[answer]\x1b[22m\nYes.',
  )
})

test('its control characters never reach a terminal', async () => {
  const repl = await startTestRepl({ scripts: [[...think('\x1b]0;title\x07a\x9b2J'), ...say('Yes.')]] })
  expect(await repl.enter('Hi')).toContain(']0;titlea2J\n')
  const messages = new PassThrough().setEncoding('utf8')
  const notes = createReasoningNotes(messages, (text) => `<${text}>`)
  notes.write('\x1b[2Ja')
  notes.write('\x07')
  notes.end('answer')
  notes.end('nothing')
  expect(messages.read()).toBe('<[reasoning]>\n<[2Ja>\n<[answer]>\n')
})
