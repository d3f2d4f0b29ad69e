import { AppError } from '../../src/errors.ts'
import type { EngineTest } from './engine-result.ts'

export type EngineFlags = { prompt: string; generate: string; depth: string; batch: string }

/** llama.cpp's LLAMA_MAX_SEQ. */
const mostSequences = 256
const mostTokens = 1_048_576

/** Every prompt and answer at every depth and batch size. 0 leaves prompts or answers out, as llama-bench has it. */
export const planTests = (flags: EngineFlags): EngineTest[] => {
  const list = (flag: keyof EngineFlags, least: number, most: number): number[] =>
    readList(flag, flags[flag], least, most)
  const [prompts, answers] = [list('prompt', 0, mostTokens), list('generate', 0, mostTokens)]
  const [depths, batches] = [list('depth', 0, mostTokens), list('batch', 1, mostSequences)]
  const tests = batches.flatMap((batch) =>
    depths.flatMap((depth) => [
      ...prompts
        .filter((tokens) => tokens > 0)
        .map((tokens) => ({ kind: 'prefill' as const, tokens, depth, batch })),
      ...answers
        .filter((tokens) => tokens > 0)
        .map((tokens) => ({ kind: 'decode' as const, tokens, depth, batch })),
    ]),
  )
  if (tests.length > 0) return tests
  throw new AppError('invalid_request', '--prompt 0 and --generate 0 leave nothing to measure', {
    param: 'prompt',
  })
}

const readList = (flag: string, text: string, least: number, most: number): number[] => {
  const values = text.split(',').map((part) => {
    const value = part.trim() === '' ? Number.NaN : Number(part)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new AppError(
      'invalid_request',
      `--${flag} ${text}: "${part}" does not fit; expected whole numbers from ${least} to ${most}, e.g. 1,4,16`,
      { param: flag },
    )
  })
  return [...new Set(values)]
}
