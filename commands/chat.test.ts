import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'

type ChatBody = { model: string; messages: { role: string; content: string }[]; [option: string]: unknown }
type Answer = (response: ServerResponse, body: ChatBody) => void

const root = join(import.meta.dirname, '..')
const program = `
  import Chat from ${JSON.stringify(join(import.meta.dirname, 'chat.ts'))}
  import { flush, handle } from '@oclif/core'
  await Chat.run(process.argv.slice(1), ${JSON.stringify(root)}).then(() => flush(), handle)
`
const models = { models: [{ name: 'pocket', aliases: [], status: 'loaded' }] }
const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
const echo: Answer = (response, body) =>
  response.end(`${chunk(`echo: ${body.messages.at(-1)?.content}`)}data: [DONE]\n\n`)

/** A state folder whose daemon is this server, and the command on it as a process of its own. */
async function prepare(answer: Answer = echo) {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  const bodies: ChatBody[] = []
  const server = createServer((request, response) => {
    if (request.url === '/api/daemon') response.end(JSON.stringify({ version, instance: 'test' }))
    else if (request.url === '/api/models') response.end(JSON.stringify(models))
    else {
      void text(request).then((body) => {
        bodies.push(JSON.parse(body) as ChatBody)
        answer(response, bodies.at(-1)!)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const home = await mkdtemp(join(tmpdir(), 'sluice-chat-'))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await rm(home, { recursive: true, force: true })
  })
  const base_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const file = { base_url, instance: 'test', pid: process.pid }
  await writeFile(join(home, 'daemon.json'), JSON.stringify(file))
  const start = (...words: string[]) =>
    spawn(process.execPath, ['--input-type=module', '--eval', program, '--', ...words], {
      cwd: root,
      env: { ...process.env, SLUICE_HOME: home },
    })
  const run = async (input: string, ...words: string[]) => {
    const child = start(...words)
    child.stdin.end(input)
    const ended = once(child, 'close')
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = (await ended) as [number | null]
    return { stdout, stderr, code }
  }
  return { start, run, bodies }
}

test('piped text is the prompt and never the model', async () => {
  const { run, bodies } = await prepare()
  expect(await run('pocket\n')).toEqual({ stdout: 'echo: pocket\n', stderr: '', code: 0 })
  expect(bodies[0]).toMatchObject({ model: 'pocket', messages: [{ role: 'user', content: 'pocket' }] })
})

test('flags reach the request, and --json is one object', async () => {
  const { run, bodies } = await prepare()
  const words = [
    '-p',
    'Hi',
    '--system',
    'Be brief.',
    '--temperature',
    '0',
    '--max-tokens',
    '9',
    '--seed',
    '7',
  ]
  const { stdout, code } = await run('', 'pocket', '--json', ...words)
  expect(JSON.parse(stdout)).toMatchObject({
    model: 'pocket',
    content: 'echo: Hi',
    finish_reason: 'stop',
    usage: null,
  })
  expect(code).toBe(0)
  expect(bodies[0]).toMatchObject({ temperature: 0, max_tokens: 9, seed: 7, stream: true })
  expect(bodies[0]?.messages[0]).toEqual({ role: 'system', content: 'Be brief.' })
})

test('what the model thinks stays out of a pipe, and is a field under --json', async () => {
  const { run } = await prepare((response) =>
    response.end(
      `data: {"choices":[{"delta":{"reasoning_content":"Hm."}}]}\n\n${chunk('Four.')}data: [DONE]\n\n`,
    ),
  )
  expect(await run('2 + 2?')).toEqual({ stdout: 'Four.\n', stderr: '', code: 0 })
  const { stdout } = await run('2 + 2?', '--json', '--no-reasoning')
  expect(JSON.parse(stdout)).toMatchObject({ content: 'Four.', reasoning_content: 'Hm.' })
})

test('a refusal is one line on stderr with its own exit code, or an object under --json', async () => {
  const { run } = await prepare((response) => {
    response.statusCode = 429
    response.end('{"error":{"message":"the queue is full","type":"x","param":null,"code":"queue_full"}}')
  })
  expect(await run('', '-p', 'Hi')).toEqual({ stdout: '', stderr: 'sluice: the queue is full\n', code: 7 })
  const json = await run('', '-p', 'Hi', '--json')
  expect(JSON.parse(json.stdout)).toEqual({ error: { code: 'queue_full', message: 'the queue is full' } })
  expect(await run('', 'pokcet', '-p', 'Hi')).toMatchObject({
    stderr: 'sluice: there is no model "pokcet"; did you mean "pocket"?\n',
    code: 4,
  })
  expect(await run('', '-p', 'Hi', '--seed', 'x')).toMatchObject({ code: 2 })
})

test('Ctrl-C leaves with 130 and frees the server', async () => {
  const gone = Promise.withResolvers<void>()
  const { start } = await prepare((response) => {
    response.write(chunk('Once upon'))
    response.on('close', gone.resolve)
  })
  const child = start('-p', 'Hi')
  child.stdin.end()
  const ended = once(child, 'close')
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
  await gone.promise
})

test('a reader that leaves ends it quietly', async () => {
  const { start } = await prepare((response) => {
    const more = () => {
      if (!response.destroyed) response.write(chunk('another line\n'), () => setImmediate(more))
    }
    more()
  })
  const child = start('-p', 'Hi')
  child.stdin.end()
  const ended = once(child, 'close')
  const stderr = text(child.stderr)
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect(await ended).toEqual([0, null])
  expect(await stderr).toBe('')
})
