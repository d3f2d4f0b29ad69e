import { AppError } from '../../errors.ts'

export type PromptInput = AsyncIterable<Uint8Array | string> & { isTTY?: boolean; destroy?(): unknown }

export const maxInputBytes = 8 * 1024 * 1024

/** A program that started us may leave the pipe open and never write: with a prompt in hand, go on without. */
const firstByteMs = 3000

/** The whole question of one-shot mode: `-p` text, then a blank line and what was piped in. */
export async function readPrompt(
  input: PromptInput,
  flag: string | undefined,
  warn: (text: string) => void,
): Promise<string> {
  const piped = input.isTTY ? '' : await readPiped(input, flag === undefined ? undefined : warn)
  const prompt = [flag ?? '', piped.trimEnd()].filter((part) => part.trim() !== '').join('\n\n')
  if (prompt === '')
    throw new AppError('invalid_request', 'the prompt is empty; give -p TEXT or pipe text in')
  return prompt
}

async function readPiped(input: PromptInput, giveUp: ((text: string) => void) | undefined): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  const iterator = input[Symbol.asyncIterator]()
  let result = giveUp ? await firstOrNothing(iterator.next()) : await iterator.next()
  if (result === undefined) {
    giveUp?.(`no text came on stdin within ${firstByteMs / 1000} s; going on with -p alone`)
    input.destroy?.()
    return ''
  }
  for (; !result.done; result = await iterator.next()) {
    const chunk = Buffer.from(result.value as Uint8Array)
    bytes += chunk.length
    if (bytes > maxInputBytes) {
      input.destroy?.()
      throw new AppError(
        'payload_too_large',
        `stdin holds more than ${maxInputBytes / 1024 / 1024} MiB; send less`,
      )
    }
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new AppError('invalid_request', 'stdin is not UTF-8 text', { cause })
  }
}

async function firstOrNothing<T>(first: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), firstByteMs)
  // The loser may fail once its stream is destroyed.
  first.catch(() => {})
  try {
    return await Promise.race([first, late])
  } finally {
    clearTimeout(timer)
  }
}
