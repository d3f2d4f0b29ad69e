import type { Hash } from 'node:crypto'

export type PullProgress = { status: 'downloading' | 'copying'; completed: number; total: number | undefined }
export type PullHooks = { signal: AbortSignal; onProgress(progress: PullProgress): void }
/** `assertRoom` rejects with `insufficient_storage` before anything is written. */
export type TransferHooks = PullHooks & { assertRoom(bytes: number): Promise<void> }

/** Hashes and counts the bytes that flow through; `progress.completed` goes on from where it is. */
export const createMeter = (hash: Hash, progress: PullProgress, onProgress: PullHooks['onProgress']) =>
  async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      progress.completed += chunk.length
      onProgress({ ...progress })
      yield chunk
    }
  }
