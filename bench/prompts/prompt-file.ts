import { AppError } from '../../src/errors.ts'
import type { Prompt } from './prompt.ts'
import { readTextFile } from './read-text-file.ts'

/** JSONL: {"prompt": ...}, {"messages": [...]}, a whole OpenAI body, or a line of OpenAI's batch format. */
export const readPromptFile = async (path: string): Promise<Prompt[]> => {
  const text = await readTextFile(path)
  const prompts = decodePromptLines(text, path)
  if (prompts.length === 0) throw refuse(`${path} holds no prompt; write one JSON object per line`)
  return prompts
}

export const decodePromptLines = (text: string, path: string): Prompt[] => {
  const prompts: Prompt[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (const [index, line] of lines.entries()) {
    if (line.trim() !== '') {
      const where = `${path}:${index + 1}`
      prompts.push(decodePrompt(parsePromptLine(line, where), where))
    }
  }
  return prompts
}

/** `where` names the line in errors. */
export const decodePrompt = (parsed: Record<string, unknown>, where: string): Prompt => {
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

export const parsePromptLine = (line: string, where: string): Record<string, unknown> => {
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
