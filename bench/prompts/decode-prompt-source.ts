import { AppError } from '../../src/errors.ts'
import type { PromptSource, RandomSource } from '../options.ts'

/** The flags as they were typed. */
export type PromptFlags = {
  prompt?: string | undefined
  prompts?: string | undefined
  dataset?: string | undefined
  'dataset-path'?: string | undefined
  'input-len'?: number | undefined
  'output-len'?: number | undefined
  'range-ratio'?: string | undefined
  'prefix-len'?: number | undefined
  'num-prefixes'?: number | undefined
  trace?: string | undefined
}

/** vLLM's defaults of its random and of its prefix_repetition dataset. */
const defaults = { inputLen: 1024, outputLen: 128, prefixLen: 256, prefixes: 10 }
const datasets = ['random', 'prefix-repetition', 'sharegpt', 'custom'] as const
const lengthFlags = ['input-len', 'range-ratio', 'prefix-len', 'num-prefixes'] as const

export const decodePromptSource = (flags: PromptFlags): PromptSource => {
  const { prompt, prompts, trace, 'dataset-path': path } = flags
  const dataset = decodeDataset(flags)
  if (trace !== undefined) return { kind: 'trace', path: trace }
  if (dataset !== undefined && (prompt ?? prompts) !== undefined) {
    throw refuse('dataset', '--dataset and --prompt or --prompts name two sources of prompts; give one')
  }
  if (dataset === 'random' || dataset === 'prefix-repetition') return decodeRandom(flags, dataset)
  const unused = [...lengthFlags, ...(dataset === 'sharegpt' ? [] : (['output-len'] as const))]
  const given = unused.find((name) => flags[name] !== undefined)
  if (given !== undefined) throw refuse(given, `--${given} needs --dataset random`)
  if (dataset === 'sharegpt') {
    const outputLen = flags['output-len']
    return { kind: 'sharegpt', path: needPath(path, dataset), ...(outputLen !== undefined && { outputLen }) }
  }
  if (dataset === 'custom') return { kind: 'file', path: needPath(path, dataset) }
  if (path !== undefined) throw refuse('dataset-path', '--dataset-path needs --dataset sharegpt or custom')
  if (prompts !== undefined) return { kind: 'file', path: prompts }
  return prompt === undefined ? { kind: 'built-in' } : { kind: 'text', text: prompt }
}

/** A length is enough to say that random prompts are meant. */
const decodeDataset = (flags: PromptFlags): (typeof datasets)[number] | undefined => {
  const { dataset, prompt, prompts, trace } = flags
  if (dataset === undefined) {
    const lengths = lengthFlags.some((name) => flags[name] !== undefined)
    return lengths && (prompt ?? prompts ?? trace) === undefined ? 'random' : undefined
  }
  const found = datasets.find((name) => name === dataset.toLowerCase().replaceAll('_', '-'))
  if (found !== undefined) return found
  throw refuse('dataset', `--dataset "${dataset}" is not known; expected ${datasets.join(', ')}`)
}

const decodeRandom = (flags: PromptFlags, dataset: 'random' | 'prefix-repetition'): RandomSource => {
  const repeats = dataset === 'prefix-repetition'
  return {
    kind: 'random',
    inputLen: flags['input-len'] ?? (repeats ? defaults.prefixLen : defaults.inputLen),
    outputLen: flags['output-len'] ?? defaults.outputLen,
    rangeRatio: decodeRatio(flags['range-ratio'] ?? '0'),
    prefixLen: flags['prefix-len'] ?? (repeats ? defaults.prefixLen : 0),
    prefixes: flags['num-prefixes'] ?? (repeats ? defaults.prefixes : 1),
  }
}

const decodeRatio = (text: string): number => {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 1) return value
  throw refuse('range-ratio', `--range-ratio must be a number from 0 to 1, not "${text}"`)
}

const needPath = (path: string | undefined, dataset: string): string => {
  if (path !== undefined) return path
  throw refuse('dataset-path', `--dataset ${dataset} needs its file: --dataset-path FILE`)
}

const refuse = (param: string, message: string): AppError =>
  new AppError('invalid_request', message, { param })
