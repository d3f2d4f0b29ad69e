import { AppError } from '../../src/errors.ts'
import { decodePrompt, parsePromptLine } from './prompt-file.ts'
import type { Prompt } from './prompt.ts'
import { readTextFile } from './read-text-file.ts'

/** One request of a trace: when, and either what itself or how much of it. */
export type TraceEntry = {
  /** Milliseconds, from wherever the trace counts. */
  timestamp: number
  /** The answer's length in tokens. */
  outputLength: number | undefined
} & ({ prompt: Prompt } | { prompt?: undefined; inputLength: number; blocks: unknown[] })

/** JSONL in the order of its timestamps: Mooncake's {timestamp, input_length, output_length, hash_ids}, or prompts. */
export const readTrace = async (path: string): Promise<TraceEntry[]> => {
  const entries = decodeTrace(await readTextFile(path), path)
  if (entries.length > 0) return entries
  throw refuse(`${path} holds no request; write one JSON object with a "timestamp" per line`)
}

export const decodeTrace = (text: string, path: string): TraceEntry[] =>
  text
    .split(/\r\n|\n|\r/)
    .flatMap((line, index) => (line.trim() === '' ? [] : [decodeEntry(line, `${path}:${index + 1}`)]))
    .toSorted((left, right) => left.timestamp - right.timestamp)

/** Longer than any model's context; a wrong unit must not fill our memory. */
const maxLength = 10_000_000

const decodeEntry = (line: string, where: string): TraceEntry => {
  const {
    timestamp,
    input_length: input,
    output_length: output,
    hash_ids: blocks,
    ...rest
  } = parsePromptLine(line, where)
  if (typeof timestamp !== 'number' || !Number.isFinite(timestamp)) {
    throw refuse(`${where}: "timestamp" must be a number of milliseconds`)
  }
  const outputLength = output === undefined ? undefined : lengthOf(output, 'output_length', where)
  if (input === undefined) return { timestamp, outputLength, prompt: decodePrompt(rest, where) }
  return {
    timestamp,
    outputLength,
    inputLength: lengthOf(input, 'input_length', where),
    blocks: Array.isArray(blocks) ? blocks : [],
  }
}

const lengthOf = (value: unknown, name: string, where: string): number => {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maxLength)
    return value as number
  throw refuse(`${where}: "${name}" must be a whole number of tokens from 1 to ${maxLength}`)
}

const refuse = (message: string): AppError => new AppError('invalid_request', message)
