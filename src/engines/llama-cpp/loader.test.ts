import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoadOptions } from '../../engine/types.ts'
import { encodeGguf, llamaEntries, withEntry, withoutEntry, type GgufParts } from './gguf-bytes.test-kit.ts'
import { llamaCppLoader } from './loader.ts'

const pocket = fileURLToPath(new URL('../../../pocket/pocket.gguf', import.meta.url))
let folder: string
let model: Buffer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-loader-'))
  model = await readFile(pocket)
})
afterAll(() => rm(folder, { recursive: true }))

const load = (source: string, change: Partial<LoadOptions> = {}, signal = new AbortController().signal) =>
  llamaCppLoader.load(
    { contextLength: 64, parallel: 1, threads: 1, batchTokens: 32, gpuLayers: 0, ...change, source },
    { signal, onProgress() {} },
  )

async function write(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

/** Every refusal names the file in one line. */
async function expectRefusal(path: string, words: RegExp, code = 'invalid_model'): Promise<void> {
  const error: unknown = await load(path).then(
    (engine) => engine.close(),
    (cause: unknown) => cause,
  )
  expect(error).toMatchObject({ code, message: expect.stringMatching(words) })
  const { message } = error as Error
  expect(message).toContain(path)
  expect(message).not.toContain('\n')
}

test('a missing file, a folder and an empty file', async () => {
  await expectRefusal(join(folder, 'missing.gguf'), /there is no file/)
  await mkdir(join(folder, 'models.gguf'))
  await expectRefusal(join(folder, 'models.gguf'), /is a folder/)
  await expectRefusal(await write('empty.gguf', Buffer.alloc(0)), /is empty/)
})

test('something else than a model', async () => {
  await expectRefusal(await write('text.gguf', Buffer.from('hello, this is a text file')), /not a valid GGUF/)
  await expectRefusal(await write('short.gguf', Buffer.from('GGUF')), /truncated or damaged/)
  await expectRefusal(await write('old.gguf', encodeGguf({ version: 1 })), /version 1 is unknown/)
})

test('a file cut anywhere says how many bytes it needs, or that its header is cut', async () => {
  for (const part of [0.0001, 0.001, 0.004]) {
    const path = await write('cut.gguf', model.subarray(0, Math.floor(model.length * part)))
    await expectRefusal(path, /truncated/)
  }
  for (const part of [0.1, 0.5, 0.999]) {
    const length = Math.floor(model.length * part)
    await expectRefusal(
      await write('cut.gguf', model.subarray(0, length)),
      new RegExp(`truncated: it has ${length} bytes and needs ${model.length}`),
    )
  }
})

const tensor = (change: object = {}) => ({
  name: 'blk.0.ffn_up.weight',
  dimensions: [32, 64],
  type: 0,
  offset: 0,
  ...change,
})
const damaged: [string, GgufParts, RegExp][] = [
  ['no architecture', {}, /names no architecture/],
  [
    'an unknown architecture',
    { entries: withEntry('general.architecture', 'nonesuch') },
    /"nonesuch".*does not support/,
  ],
  ['an embedding model', { entries: withEntry('general.architecture', 'bert') }, /cannot generate text/],
  ['an adapter', { entries: withEntry('general.type', 'adapter') }, /an adapter, not a model/],
  ['no vocabulary', { entries: withoutEntry('tokenizer.ggml.tokens') }, /no vocabulary/],
  ['a token twice', { entries: withEntry('tokenizer.ggml.tokens', ['a', 'a']) }, /"a" is there twice/],
  ['no byte tokens', { entries: withEntry('tokenizer.ggml.model', 'llama') }, /0 of the 256 byte tokens/],
  [
    'too few scores',
    { entries: withEntry('tokenizer.ggml.scores', ['x']) },
    /scores does not have one entry/,
  ],
  ['no layers', { entries: withEntry('llama.block_count', 0) }, /block_count is 0/],
  [
    'a feed-forward tensor without its size',
    { entries: withoutEntry('llama.feed_forward_length'), tensors: [tensor()], dataBytes: 32 * 64 * 4 },
    /feed_forward_length is missing/,
  ],
  [
    'a tensor outside the file',
    { entries: llamaEntries, tensors: [tensor({ offset: 2 ** 40 })] },
    /is truncated/,
  ],
  ['an unknown tensor type', { entries: llamaEntries, tensors: [tensor({ type: 4 })] }, /type 4/],
  [
    'an impossible shape',
    { entries: llamaEntries, tensors: [tensor({ dimensions: [0, 5] })] },
    /impossible shape 0 x 5/,
  ],
  [
    'too many dimensions',
    { entries: llamaEntries, tensors: [tensor({ dimensions: [1, 1, 1, 1, 1] })] },
    /5 dimensions/,
  ],
  ['a key twice', { entries: [...llamaEntries, ...llamaEntries] }, /is there twice/],
  ['a model without tensors', { entries: llamaEntries }, /cannot be loaded: /],
]
test.each(damaged)('%s', async (name, parts, words) => {
  await expectRefusal(await write(`${name.replaceAll(' ', '-')}.gguf`, encodeGguf(parts)), words)
})

test('a part of a split model', async () => {
  const entries = [...llamaEntries, ['split.count', 3] as [string, number]]
  const part = (number: number) => encodeGguf({ entries: [...entries, ['split.no', number]] })
  await expectRefusal(await write('renamed.gguf', part(0)), /must keep its name/)
  const second = await write('big-00002-of-00003.gguf', part(1))
  await expect(load(second)).rejects.toThrow(/load .*big-00001-of-00003\.gguf/)
  const first = await write('big-00001-of-00003.gguf', part(0))
  await expect(load(first)).rejects.toThrow(/big-00003-of-00003\.gguf is missing/)
})

test('a flipped header never ends the process', async () => {
  for (let offset = 24; offset < 1200; offset += 61) {
    const bytes = Buffer.from(model)
    bytes[offset]! ^= 0x40
    const path = await write('flipped.gguf', bytes)
    const outcome = await load(path).then(
      (engine) => engine.close().then(() => 'loaded'),
      (error: { code: string }) => error.code,
    )
    expect(['loaded', 'invalid_model']).toContain(outcome)
  }
})

test('a context or a number of slots that cannot be', async () => {
  await expect(load(pocket, { contextLength: 10 ** 6 })).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(load(pocket, { parallel: 1000 })).rejects.toMatchObject({ code: 'invalid_request' })
})

test('loading tells its progress, and can be cancelled', async () => {
  await expect(load(pocket, {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  const abort = new AbortController()
  const seen: number[] = []
  const onProgress = (fraction: number) => void seen.push(fraction)
  const options = {
    contextLength: 64,
    parallel: 1,
    threads: 1,
    batchTokens: 32,
    gpuLayers: 0,
    source: pocket,
  }
  const engine = await llamaCppLoader.load(options, { signal: abort.signal, onProgress })
  expect(seen.at(-1)).toBe(1)
  await engine.close()
  const late = llamaCppLoader.load(options, { signal: abort.signal, onProgress: () => abort.abort() })
  await expect(late).rejects.toMatchObject({ code: 'cancelled' })
})

test('two models work at the same time, and each answers as it does alone', async () => {
  const [one, two] = await Promise.all([load(pocket), load(pocket, { parallel: 2 })])
  const ask = async (engine: typeof one) => {
    const prepared = await engine.prepare({
      prompt: { kind: 'text', text: 'Once upon a time' },
      sampling: { temperature: 0 },
      maxTokens: 8,
      stop: [],
      ignoreEos: true,
    })
    let text = ''
    for await (const event of prepared.generate(0, new AbortController().signal)) {
      if (event.type === 'text-delta') text += event.text
    }
    return text
  }
  const [first, second] = await Promise.all([ask(one), ask(two)])
  expect(second).toBe(first)
  await one.close()
  expect(await ask(two)).toBe(first)
  await two.close()
})
