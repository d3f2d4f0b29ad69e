import { readFile, stat } from 'node:fs/promises'
import { AppError } from '../../src/errors.ts'
import type { Prompt } from './prompts.ts'

/** Everything is held in memory while the run lasts. */
const maxFileBytes = 256 * 1024 * 1024

/** JSONL: {"prompt": ...}, {"messages": [...]}, a whole OpenAI body, or a line of OpenAI's batch format. */
export const readPromptFile = async (path: string): Promise<Prompt[]> => {
  const { size } = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw refuse(`cannot read the prompt file ${path}: ${cause.code ?? cause.message}`)
  })
  if (size > maxFileBytes)
    throw refuse(`${path} has ${size} bytes; a prompt file may have ${maxFileBytes}. Split it`)
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw refuse(`cannot read the prompt file ${path}: ${cause.code ?? cause.message}`)
  })
  const prompts = decodePromptLines(text, path)
  if (prompts.length === 0) throw refuse(`${path} holds no prompt; write one JSON object per line`)
  return prompts
}

export const decodePromptLines = (text: string, path: string): Prompt[] => {
  const prompts: Prompt[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (const [index, line] of lines.entries()) {
    if (line.trim() !== '') prompts.push(decodePromptLine(line, `${path}:${index + 1}`))
  }
  return prompts
}

const decodePromptLine = (line: string, where: string): Prompt => {
  const parsed = parseLine(line, where)
  const body = isObject(parsed['body']) ? parsed['body'] : parsed
  const { prompt, messages, model: _model, stream: _stream, stream_options: _options, ...extra } = body
  if (messages !== undefined) {
    if (Array.isArray(messages) && messages.length > 0) return { where, messages, extra }
    throw refuse(`${where}: "messages" must be a list with at least one message`)
  }
  if (typeof prompt === 'string' || Array.isArray(prompt)) {
    if (prompt.length > 0) return { where, text: prompt, extra }
    throw refuse(`${where}: "prompt" is empty`)
  }
  throw refuse(`${where}: expected {"prompt": "..."} or {"messages": [...]}`)
}

const parseLine = (line: string, where: string): Record<string, unknown> => {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (cause) {
    throw refuse(`${where}: not JSON (${(cause as Error).message})`)
  }
  if (isObject(parsed)) return parsed
  throw refuse(`${where}: expected a JSON object such as {"prompt": "..."}`)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const refuse = (message: string): AppError => new AppError('invalid_request', message)
