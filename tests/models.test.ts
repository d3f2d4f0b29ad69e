import { copyFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type {
  DaemonStatus,
  ListedModel,
  PulledModelResult,
  RunningEngine,
  ShownModel,
} from '../src/protocols/control/types.ts'
import { createSandbox, pocket, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
let files: string
beforeAll(async () => {
  sandbox = createSandbox()
  files = join(sandbox.home, 'files')
  mkdirSync(files)
  await sandbox.sluice('serve')
})
afterAll(() => sandbox.remove())

const bytes = () => readFileSync(pocket)
const checksum = () => createHash('sha256').update(bytes()).digest('hex')
const oneLine = /^sluice: [^\n]+\n$/

/** Serves pocket.gguf with ranges; the first answer breaks off in the middle. */
async function serveFile(options: {
  breakFirst: boolean
}): Promise<{ server: Server; url: string; ranges: string[] }> {
  const body = bytes()
  const ranges: string[] = []
  const server = createServer((request, response) => {
    const range = request.headers.range
    ranges.push(range ?? 'whole')
    const start = range === undefined ? 0 : Number(/bytes=(\d+)-/.exec(range)![1])
    response.writeHead(range === undefined ? 200 : 206, {
      etag: '"v1"',
      'content-length': body.length - start,
    })
    if (options.breakFirst && ranges.length === 1) {
      response.write(body.subarray(0, 3_000_000), () => response.destroy())
      return
    }
    response.end(body.subarray(start))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    server,
    ranges,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/tiny%20model.gguf`,
  }
}

test('pull a file, list, show, load, unload and rm', async () => {
  const { json, sluice, home } = sandbox
  const pulled = await json<PulledModelResult>('pull', pocket, '--name', 'team/copy')
  expect(pulled).toMatchObject({
    name: 'team/copy',
    sha256: checksum(),
    path: join(home, 'models', 'team', 'copy.gguf'),
  })
  const { models } = await json<{ models: ListedModel[] }>('list')
  expect(models.map(({ name, origin }) => ({ name, origin }))).toEqual([
    { name: 'pocket', origin: 'bundled' },
    { name: 'team/copy', origin: 'pulled' },
  ])
  expect(await json<ShownModel>('show', 'team/copy')).toMatchObject({
    architecture: 'llama',
    context_length: 1024,
    quantization: 'Q8_0',
  })
  expect(
    await json<RunningEngine>('load', 'team/copy', '--parallel', '2', '--context-length', '256'),
  ).toMatchObject({ slots: 2, context_length: 256 })
  expect((await sluice('rm', 'team/copy')).stderr).toContain('unload it first')
  expect((await sluice('unload', 'team/copy')).code).toBe(0)
  expect((await sluice('rm', 'team/copy')).code).toBe(0)
  expect(existsSync(pulled.path)).toBe(false)
  expect((await sluice('rm', 'pocket')).stderr).toContain('shipped with sluice')
})

test('two models are loaded at the same time and both answer', async () => {
  const { json, sluice, daemonFile } = sandbox
  const path = join(files, 'second.gguf')
  copyFileSync(pocket, path)
  await json('load', path)
  await json('load', 'pocket')
  expect((await json<DaemonStatus>('status')).models_loaded.toSorted()).toEqual(['pocket', 'second'])
  const ask = async (model: string) => {
    const response = await fetch(`${daemonFile().base_url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        temperature: 0,
        max_tokens: 8,
        messages: [{ role: 'user', content: 'Hello' }],
      }),
    })
    const body = (await response.json()) as { model: string; choices: { message: { content: string } }[] }
    expect(body.model).toBe(model)
    return body.choices[0]!.message.content
  }
  const [first, second] = await Promise.all([ask('pocket'), ask('second')])
  expect(first).toBe(second)
  await sluice('unload', 'second')
  await sluice('unload', 'pocket')
  expect((await sluice('rm', 'second')).stdout).toContain('its file stays')
  expect(existsSync(path)).toBe(true)
})

test('a download that breaks off goes on where it stopped', async () => {
  const { json, sluice } = sandbox
  const { server, url, ranges } = await serveFile({ breakFirst: true })
  const pulled = await json<PulledModelResult>('pull', url, '--sha256', checksum())
  expect(pulled).toMatchObject({ name: 'tiny-model', sha256: checksum() })
  expect(ranges[0]).toBe('whole')
  expect(ranges[1]).toMatch(/^bytes=\d+-$/)
  expect((await sluice('pull', url)).stderr).toContain('already there')
  await sluice('rm', 'tiny-model')
  server.close()
})

test('what cannot be pulled: one line each, and nothing stays behind', async () => {
  const { sluice, home } = sandbox
  const { server, url } = await serveFile({ breakFirst: false })
  writeFileSync(join(files, 'text.gguf'), 'hello, I am a text')
  const cases: [string[], number, string][] = [
    [[join(files, 'none.gguf')], 4, 'does not exist'],
    [[files], 5, 'is not a file'],
    [[join(files, 'text.gguf')], 5, 'is not a GGUF file'],
    [['ftp://example.com/x.gguf'], 2, 'not an http or https URL'],
    [[url, '--sha256', '0'.repeat(64)], 5, 'nothing was kept'],
    [[pocket, '--name', '../../evil'], 2, 'cannot be a model name'],
    [[new URL('/x', url).href.replace(/:\d+/, ':1')], 1, 'could not be downloaded'],
  ]
  for (const [words, code, text] of cases) {
    const ran = await sluice('pull', ...words)
    expect(ran.stderr).toContain(text)
    expect(ran.stderr).toMatch(oneLine)
    expect(ran.code).toBe(code)
  }
  const { models } = await sandbox.json<{ models: ListedModel[] }>('list')
  expect(models.map(({ name }) => name)).toEqual(['pocket'])
  expect(existsSync(join(home, 'models', 'tiny-model.gguf.part'))).toBe(false)
  server.close()
}, 120_000)

test('what cannot be loaded: one line each, the daemon stays up', async () => {
  const { sluice, json, daemonFile } = sandbox
  const { pid } = daemonFile()
  copyFileSync(pocket, join(files, 'short.gguf'))
  truncateSync(join(files, 'short.gguf'), 4_000_000)
  writeFileSync(join(files, 'noise.gguf'), Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(4096, 0xa5)]))
  writeFileSync(
    join(files, 'strange.gguf'),
    Buffer.from(bytes().toString('latin1').replaceAll('llama', 'lhama'), 'latin1'),
  )
  for (const [name, text] of [
    [join(files, 'none.gguf'), 'none.gguf'],
    [join(files, 'short.gguf'), 'short.gguf'],
    [join(files, 'noise.gguf'), 'noise.gguf'],
    [join(files, 'strange.gguf'), 'lhama'],
    ['unknown-model', 'known models: pocket'],
  ] as const) {
    const ran = await sluice('load', name)
    expect(ran.stderr).toMatch(oneLine)
    expect(ran.stderr).toContain(text)
    expect([4, 5]).toContain(ran.code)
  }
  expect((await sluice('load', 'pocket', '--context-length', '99999')).stderr).toContain('1024')
  expect((await json<DaemonStatus>('status')).pid).toBe(pid)
  const { models } = await json<{ models: ListedModel[] }>('list')
  expect(models.map(({ name }) => name)).toEqual(['pocket'])
})

test('serve with a bad model fails in one line and leaves no daemon', async () => {
  const other = createSandbox()
  const ran = await other.sluice('serve', '--model', join(files, 'short.gguf'))
  expect(ran.stderr).toMatch(oneLine)
  expect(ran.stderr).toContain('short.gguf')
  expect(ran.code).toBe(5)
  expect((await other.sluice('status')).code).toBe(3)
  await other.remove()
})
