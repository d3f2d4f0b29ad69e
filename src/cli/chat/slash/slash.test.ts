import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '../../../errors.ts'
import { finish, key, say, startTestRepl } from '../repl.test-kit.ts'
import { slashCommands } from './registry.ts'

test('/help and /? list every command', async () => {
  const repl = await startTestRepl()
  const help = await repl.enter('/help')
  for (const { names } of slashCommands) expect(help).toContain(`/${names[0]}`)
  expect(await repl.enter('/?')).toBe(help)
})

test('an unknown command suggests the nearest; one too many words is said', async () => {
  const repl = await startTestRepl()
  expect(await repl.enter('/sytem be brief')).toContain('There is no command /sytem. Did you mean /system?')
  expect(await repl.enter('/xylophone')).toContain('See /help.')
  expect(await repl.enter('/undo everything')).toContain('/undo takes no argument.')
  expect(repl.requests).toHaveLength(0)
})

test('/system shows, sets over several lines, and takes away', async () => {
  const repl = await startTestRepl()
  expect(await repl.enter('/system')).toContain('No system message.')
  repl.type(`/system """Be brief.${key.enter}Be kind."""${key.enter}`)
  await repl.sees('is set')
  await repl.sees('>>> ')
  expect(await repl.enter('/system')).toContain('Be brief.\nBe kind.')
  await repl.enter('Hi')
  expect(repl.requests[0]?.messages[0]).toEqual({ role: 'system', content: 'Be brief.\nBe kind.' })
  await repl.enter('/system none')
  await repl.enter('Hi')
  expect(repl.requests[1]?.messages[0]?.role).toBe('user')
})

test('/set shows, sets, explains and unsets', async () => {
  const repl = await startTestRepl()
  expect(await repl.enter('/set temperature 0.5')).toContain('temperature = 0.5')
  await repl.enter('/set stop ["\\n", "END"]')
  await repl.enter('/set max_tokens 64')
  expect(await repl.enter('/set')).toMatch(/temperature\s+0\.5[^]*top_p\s+default[^]*stop\s+\["\\n","END"\]/)
  expect(await repl.enter('/set temperature hot')).toContain(
    'temperature must be a number from 0 to 2, not "hot"',
  )
  expect(await repl.enter('/set max_tokens 1.5')).toContain('max_tokens must be a whole number from 1')
  expect(await repl.enter('/set stop []')).toContain('stop must be one text, or a JSON list')
  expect(await repl.enter('/set temprature 1')).toContain('did you mean "temperature"?')
  expect(await repl.enter('/set max_tokens default')).toContain('max_tokens = default')
  expect(await repl.enter('/set temperature')).toContain('temperature = 0.5')
  await repl.enter('Hi')
  expect(repl.requests[0]?.options).toEqual({ temperature: 0.5, stop: ['\n', 'END'] })
})

test('/model lists with the current marked, switches by id or alias, refuses strangers', async () => {
  const repl = await startTestRepl()
  expect(await repl.enter('/model')).toContain('* pocket  (loaded)\n  smol-135m\n')
  expect(await repl.enter('/model smol-153m')).toContain(
    'there is no model "smol-153m"; did you mean "smol-135m"?',
  )
  await repl.enter('/model smol-135m')
  await repl.enter('Hi')
  expect(repl.requests[0]?.model).toBe('smol-135m')
  expect(await repl.enter('/model default')).toContain('Going on with pocket.')
})

test('/model without a server is one line', async () => {
  let fails = false
  const models = async () => {
    if (fails) throw new AppError('daemon_unreachable', 'no answer from the daemon')
    return [{ id: 'pocket', loaded: true }]
  }
  const repl = await startTestRepl({ models })
  fails = true
  expect(await repl.enter('/model')).toContain('Error: no answer from the daemon.\n')
})

test('/regen drops the last answer and asks again; a failure gives the old answer back', async () => {
  const failure = new AppError('engine_failed', 'the engine crashed')
  const repl = await startTestRepl({ scripts: [say('one'), say('two'), { deltas: [], after: failure }] })
  expect(await repl.enter('/regen')).toContain('There is no message to answer yet.')
  await repl.enter('Hi')
  expect(await repl.enter('/regen')).toContain('two')
  expect(repl.requests[1]).toEqual(repl.requests[0])
  await repl.enter('/regen')
  expect(repl.chat.conversation.turns.map((turn) => turn.content)).toEqual(['Hi', 'two'])
})

test('/undo drops the last exchange, or the question without an answer', async () => {
  const failure = new AppError('engine_failed', 'the engine crashed')
  const repl = await startTestRepl({ scripts: [say('one'), { deltas: [], after: failure }] })
  await repl.enter('First')
  await repl.enter('Second')
  expect(await repl.enter('/undo')).toContain('Dropped "Second".')
  expect(repl.chat.conversation.turns).toHaveLength(2)
  await repl.enter('/undo')
  expect(repl.chat.conversation.turns).toHaveLength(0)
  expect(await repl.enter('/undo')).toContain('There is nothing to undo.')
  expect(await readdir(join(repl.folder, 'sessions'))).toEqual([])
})

test('/clear starts afresh, keeps the settings, and the old conversation stays saved', async () => {
  const repl = await startTestRepl()
  await repl.enter('/set seed 7')
  await repl.enter('Hi')
  const before = repl.chat.conversation.id
  await repl.enter('/clear')
  await repl.enter('Anew')
  expect(repl.requests[1]).toMatchObject({ messages: [{ content: 'Anew' }], options: { seed: 7 } })
  const names = (await repl.chat.sessions.list()).map(({ name }) => name)
  expect(names.toSorted()).toEqual([before, repl.chat.conversation.id].toSorted())
})

test('sessions save themselves; /save names them; /load brings them back', async () => {
  const repl = await startTestRepl({ scripts: [say('one')] })
  expect(await repl.enter('/save plan')).toContain('There is nothing to save yet.')
  expect(await repl.enter('/load')).toContain('There are no saved conversations yet.')
  await repl.enter('My plan')
  const automatic = join(repl.folder, 'sessions', `${repl.chat.conversation.id}.json`)
  expect((await stat(automatic)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(automatic, 'utf8'))).toMatchObject({ title: 'My plan', model: 'pocket' })
  expect(await repl.enter('/save')).toContain('/save NAME gives it a name')
  expect(await repl.enter('/save plan')).toContain('Saved as plan.')
  expect(await readdir(join(repl.folder, 'sessions'))).toEqual(['plan.json'])
  await repl.enter('/clear')
  await repl.enter('Other')
  expect(await repl.enter('/save plan')).toContain('/save plan --force replaces it')
  const list = await repl.enter('/load')
  expect(list).toMatch(/ plan +\d{4}-\d\d-\d\d \d\d:\d\d {2}My plan\n/)
  expect(list).toMatch(/\* \d{8}-.*Other\n/)
  expect(await repl.enter('/load plan')).toMatch(/Going on with "My plan"[^]*>>> My plan\none\n/)
  await repl.enter('More')
  expect(
    JSON.parse(await readFile(join(repl.folder, 'sessions', 'plan.json'), 'utf8')).messages,
  ).toHaveLength(4)
})

test('/save and /load refuse a name that is a path, a missing and a damaged session', async () => {
  const repl = await startTestRepl()
  await repl.enter('Hi')
  for (const name of ['../evil', '/etc/passwd', '.hidden', 'a b', 'x'.repeat(65)]) {
    expect(await repl.enter(`/save ${name}`)).toContain('a session name is letters, digits')
    expect(await repl.enter(`/load ${name}`)).toContain('a session name is letters, digits')
  }
  expect(await repl.enter('/load nowhere')).toContain('there is no session "nowhere"; /load lists them')
  await writeFile(join(repl.folder, 'sessions', 'torn.json'), '{"version":1,"title":')
  await writeFile(join(repl.folder, 'sessions', 'odd.json'), '{"version":1,"messages":[{"role":"god"}]}')
  expect(await repl.enter('/load torn')).toMatch(
    /session "torn" is damaged \(.*\); repair or delete .*torn\.json/,
  )
  expect(await repl.enter('/load odd')).toContain('session "odd" is damaged (title: ')
  expect(await repl.enter('/load')).toContain('(damaged)')
  expect(await repl.enter('Still here?')).toContain('echo: Still here?')
})

test('/stats tells the last answer and the session; /verbose prints after each', async () => {
  const repl = await startTestRepl({ scripts: [[finish], say('a'), say('b')] })
  expect(await repl.enter('/stats')).toContain('No answers yet.')
  expect(await repl.enter('Hi')).toContain('[the model gave an empty answer]')
  await repl.enter('Hi')
  const stats = await repl.enter('/stats')
  expect(stats).toMatch(/prompt tokens\s+12 \(5 cached\)\s+24 \(10 cached\)/)
  expect(stats).toMatch(/answer tokens\s+40\s+80/)
  expect(stats).toMatch(/speed\s+100\.0 tokens\/s\s+100\.0 tokens\/s/)
  expect(await repl.enter('/verbose')).toContain('on')
  expect(await repl.enter('Hi')).toMatch(
    /ttft \d.* · prompt 12 \(5 cached\) · answer 40 tokens · 100\.0 tokens\/s · total /,
  )
  expect(await repl.enter('/verbose maybe')).toContain('/verbose takes on or off')
  expect(await repl.enter('/verbose off')).toContain('off')
})

test('an answer that hit its limit says which', async () => {
  const cut = { ...finish, reason: 'length' }
  const text = { type: 'text' as const, text: 'Onc' }
  const repl = await startTestRepl({
    scripts: [
      [text, cut],
      [text, cut],
    ],
  })
  expect(await repl.enter('Hi')).toContain('[cut: the context is full')
  await repl.enter('/set max_tokens 1')
  expect(await repl.enter('Hi')).toContain('[cut at max_tokens 1;')
})

test('Tab completes commands, settings, models and sessions', async () => {
  const repl = await startTestRepl()
  repl.type(`/sys${key.tab}`)
  await repl.sees('/system ')
  repl.type(key.ctrlC)
  await repl.sees('>>> ')
  repl.type(`/set temp${key.tab}`)
  await repl.sees('erature ')
  repl.type(`1${key.enter}`)
  await repl.sees('temperature = 1')
  await repl.sees('>>> ')
  repl.type(`/model smol${key.tab}`)
  await repl.sees('-135m')
  repl.type(key.enter)
  await repl.sees('Going on with smol-135m.')
  await repl.sees('>>> ')
  await repl.enter('Hi')
  await repl.enter('/save holiday')
  repl.type(`/load hol${key.tab}`)
  await repl.sees('iday')
  repl.type(key.enter)
  await repl.sees('Going on with "Hi"')
})

for (const word of ['/bye', '/exit', '/quit', '/BYE']) {
  test(`${word} leaves`, async () => {
    const repl = await startTestRepl()
    repl.type(word + key.enter)
    await expect(repl.ended).resolves.toBeUndefined()
  })
}
