import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createConversation, withAnswer, withQuestion } from './conversation.ts'
import { openHistory } from './history.ts'
import { say, startTestRepl, temporaryFolder } from './repl.test-kit.ts'
import { maxAutomatic, openSessions } from './sessions.ts'

const conversation = (id: string, question = 'Hi') => ({
  ...withAnswer(
    withQuestion(
      createConversation({ model: 'pocket', system: 'Be brief.', options: { stop: ['\n'] } }, new Date()),
      question,
    ),
    'Hello',
    true,
  ),
  id,
})

test('a session survives the file unchanged', async () => {
  const sessions = openSessions(await temporaryFolder())
  const saved = conversation('plan')
  await sessions.save(saved)
  expect(await sessions.load('plan')).toEqual(saved)
})

test('only so many automatic sessions are kept; named ones stay', async () => {
  const folder = await temporaryFolder()
  const sessions = openSessions(folder)
  await sessions.save(conversation('plan'))
  await utimes(join(folder, 'plan.json'), 1, 1)
  for (let index = 0; index < maxAutomatic + 1; index++) {
    const name = `20260101-000000-${String(index).padStart(3, '0')}-abcd`
    await sessions.save(conversation(name))
    await utimes(join(folder, `${name}.json`), 1000 + index, 1000 + index)
  }
  await sessions.save(conversation('20260102-000000-000-abcd'))
  const names = (await sessions.list()).map(({ name }) => name)
  expect(names).toHaveLength(maxAutomatic + 1)
  expect(names[0]).toBe('20260102-000000-000-abcd')
  expect(names).toContain('plan')
  expect(names).not.toContain('20260101-000000-000-abcd')
  expect(await readdir(folder)).toHaveLength(maxAutomatic + 1)
})

test('--continue goes on with the newest session that can be read, and names the damaged', async () => {
  const first = await startTestRepl({ scripts: [say('one')] })
  await first.enter('/set seed 7')
  await first.enter('Hi')
  await writeFile(join(first.folder, 'sessions', 'torn.json'), 'not json')
  await utimes(join(first.folder, 'sessions', 'torn.json'), new Date(), new Date(Date.now() + 60_000))
  const second = await startTestRepl({
    folder: first.folder,
    beginning: { resume: true, model: 'smol-135m', options: { seed: 8 } },
  })
  expect(second.notes).toEqual([expect.stringMatching(/^session "torn" is damaged/)])
  await second.enter('More')
  expect(second.requests[0]).toMatchObject({
    model: 'smol-135m',
    options: { seed: 8 },
    messages: [{ content: 'Hi' }, { content: 'one' }, { content: 'More' }],
  })
  expect(second.chat.conversation.id).toBe(first.chat.conversation.id)
})

test('--continue with nothing to go on with says so and begins', async () => {
  const repl = await startTestRepl({ beginning: { resume: true } })
  expect(repl.notes).toEqual([expect.stringContaining('no earlier session')])
  expect(await repl.enter('Hi')).toContain('echo: Hi')
})

test('history is capped, private, without repeats and without pages of paste', async () => {
  const path = join(await temporaryFolder(), 'deep', 'history')
  const history = await openHistory(path)
  for (let index = 0; index < 1005; index++) await history.add(`entry\n${index}`)
  await history.add('entry\n1004')
  await history.add('   ')
  await history.add('x'.repeat(9000))
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  expect(lines).toHaveLength(1000)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const reopened = (await openHistory(path)).entries()
  expect(reopened).toEqual(history.entries())
  expect([reopened[0], reopened.at(-1)]).toEqual(['entry\n5', 'entry\n1004'])
})

test('a damaged line of the history costs that line', async () => {
  const path = join(await temporaryFolder(), 'history')
  await writeFile(path, '"one"\n{"torn\n42\n"two"\n')
  expect((await openHistory(path)).entries()).toEqual(['one', 'two'])
})
