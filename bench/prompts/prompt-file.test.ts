import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { chat } from '../endpoints/chat.ts'
import { completions } from '../endpoints/completions.ts'
import { decodePromptLines, readPromptFile } from './prompt-file.ts'

const decode = (text: string) => decodePromptLines(text, 'p.jsonl')

test('takes a prompt, messages, a whole body and a batch line; blank lines and line ends of any kind', () => {
  const messages = [{ role: 'user', content: 'hi' }]
  const lines = [
    '\uFEFF{"prompt":"one"}',
    '',
    JSON.stringify({ messages }),
    JSON.stringify({ model: 'm', stream: true, stream_options: {}, max_tokens: 9, top_p: 0.5, messages }),
    JSON.stringify({ custom_id: 'x', method: 'POST', url: '/v1/completions', body: { prompt: [1, 2, 3] } }),
  ]
  expect(decode(lines.join('\r\n'))).toEqual([
    { where: 'p.jsonl:1', text: 'one', extra: {} },
    { where: 'p.jsonl:3', messages, extra: {} },
    { where: 'p.jsonl:4', messages, extra: { max_tokens: 9, top_p: 0.5 } },
    { where: 'p.jsonl:5', text: [1, 2, 3], extra: {} },
  ])
})

test.each([
  ['{"prompt":', 'p.jsonl:2: not JSON'],
  ['"text"', 'p.jsonl:2: expected a JSON object'],
  ['[1]', 'p.jsonl:2: expected a JSON object'],
  ['null', 'p.jsonl:2: expected a JSON object'],
  ['{"text":"x"}', 'p.jsonl:2: expected {"prompt": "..."} or {"messages": [...]}'],
  ['{"prompt":5}', 'p.jsonl:2: expected {"prompt"'],
  ['{"prompt":""}', 'p.jsonl:2: "prompt" is empty'],
  ['{"messages":[]}', 'p.jsonl:2: "messages" must be a list with at least one message'],
  ['{"messages":"hi"}', 'p.jsonl:2: "messages" must be a list'],
])('the line %s is refused with its number', (line, message) => {
  const act = () => decode(`{"prompt":"fine"}\n${line}`)
  expect(act).toThrow(AppError)
  expect(act).toThrow(message)
})

test('a file that is missing, a folder or empty is refused by name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-prompts-'))
  try {
    const empty = join(folder, 'empty.jsonl')
    await writeFile(empty, '\n\n')
    await expect(readPromptFile(join(folder, 'no.jsonl'))).rejects.toThrow('no.jsonl: there is no such file')
    await expect(readPromptFile(folder)).rejects.toThrow('it is a folder')
    await expect(readPromptFile(empty)).rejects.toThrow('holds no prompt')
  } finally {
    await rm(folder, { recursive: true })
  }
})

const settings = {
  model: 'm',
  stream: true,
  includeUsage: true,
  maxTokens: undefined,
  temperature: undefined as number | undefined,
  seed: undefined,
  ignoreEos: false,
}
test("a file's own fields outrank defaults, flags outrank the file", () => {
  const [prompt] = decode('{"prompt":"hi","max_tokens":9,"temperature":1}')
  expect(chat.encodeBody(prompt!, settings)).toEqual({
    messages: [{ role: 'user', content: 'hi' }],
    max_tokens: 9,
    temperature: 1,
    model: 'm',
    stream: true,
    stream_options: { include_usage: true },
  })
  const flags = {
    ...settings,
    maxTokens: 3,
    temperature: 0,
    includeUsage: false,
    ignoreEos: true,
    minTokens: 2,
  }
  expect(completions.encodeBody(prompt!, flags)).toEqual({
    prompt: 'hi',
    max_tokens: 3,
    temperature: 0,
    ignore_eos: true,
    min_tokens: 2,
    model: 'm',
    stream: true,
  })
  expect(chat.encodeBody(decode('{"prompt":"hi"}')[0]!, settings)).toMatchObject({ max_tokens: 128 })
  const newer = chat.encodeBody(decode('{"prompt":"hi","max_completion_tokens":5}')[0]!, settings)
  expect(newer).toMatchObject({ max_completion_tokens: 5 })
  expect(newer).not.toHaveProperty('max_tokens')
})

test('a prompt that the endpoint cannot express is refused with its place', () => {
  const [chatLine, tokens] = decode('{"messages":[{"role":"user","content":"hi"}]}\n{"prompt":[1,2]}')
  expect(() => completions.encodeBody(chatLine!, settings)).toThrow(
    'p.jsonl:1: the completions endpoint needs "prompt"',
  )
  expect(() => chat.encodeBody(tokens!, settings)).toThrow('p.jsonl:2: "prompt" must be a text')
})
