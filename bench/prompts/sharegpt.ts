import { AppError } from '../../src/errors.ts'
import { isFields, listOf } from '../endpoints/fields.ts'
import { readTextFile } from './read-text-file.ts'

/** What was asked and what was answered, in turns. */
export type Conversation = { question: string; answer: string }[]

const askers = new Set(['human', 'user'])
const answerers = new Set(['gpt', 'chatgpt', 'assistant', 'bing', 'bard'])

/** A file as the ShareGPT datasets come: a list of {"conversations": [{"from": "human", "value": ...}, ...]}. */
export const readShareGpt = async (path: string): Promise<Conversation[]> => {
  const conversations = decodeShareGpt(await readTextFile(path), path)
  if (conversations.length > 0) return conversations
  throw refuse(`${path} holds no conversation in which a human asks and is answered`)
}

/** Conversations that begin with the answer, or lack it, keep what is whole. */
export const decodeShareGpt = (text: string, path: string): Conversation[] => {
  const parsed = parse(text, path)
  if (!Array.isArray(parsed)) throw refuse(`${path}: expected a list of conversations`)
  return parsed
    .filter(isFields)
    .map((entry) => decodeTurns(listOf(entry['conversations'] ?? entry['messages'])))
    .filter((turns) => turns.length > 0)
}

const decodeTurns = (messages: Record<string, unknown>[]): Conversation => {
  const turns: Conversation = []
  let question: string | undefined
  for (const message of messages) {
    const from = message['from'] ?? message['role']
    if (typeof from !== 'string') continue
    const value = message['value'] ?? message['content']
    if (typeof value !== 'string' || value.trim() === '') continue
    if (askers.has(from)) question = value
    else if (answerers.has(from) && question !== undefined) {
      turns.push({ question, answer: value })
      question = undefined
    }
  }
  return turns
}

/** JSON as a whole, or one conversation to a line. */
const parse = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    if (lines.length < 2) throw refuse(`${path}: not JSON (${(cause as Error).message})`)
    return lines.map((line, index) => parseLine(line, `${path}:${index + 1}`))
  }
}

const parseLine = (line: string, where: string): unknown => {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw refuse(`${where}: not JSON (${(cause as Error).message})`)
  }
}

const refuse = (message: string): AppError => new AppError('invalid_request', message)
