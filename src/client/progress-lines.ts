import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { AppError } from '../errors.ts'
import type { ProgressLine } from '../protocols/control/types.ts'
import { decodeFailure } from './http.ts'

export type OnProgress = (progress: { status: string; completed: number; total: number | null }) => void

/** Reads a long-running call's lines to its result. A stream that just ends is a failure: the daemon died. */
export async function readProgressLines<T>(response: IncomingMessage, onProgress: OnProgress): Promise<T> {
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      if (line === '') continue
      const content = JSON.parse(line) as ProgressLine<T>
      if (content.type === 'done') return content.result
      if (content.type === 'error') throw decodeFailure(500, content)
      onProgress(content)
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError(
      'daemon_unreachable',
      `the connection to the daemon broke: ${(cause as Error).message}`,
      { cause },
    )
  }
  throw new AppError('daemon_unreachable', 'the daemon went away before it had finished; see: sluice logs')
}
