import type { NativeContext, NativeSampler } from './binding.ts'

/** A context without a model: it remembers cells and checks what llama.cpp would not forgive. */
export class MemoryContext implements NativeContext {
  readonly cells: number[][]
  /** Per decode: how many tokens each sequence had in it. */
  readonly batches: Map<number, number>[] = []
  readonly threadChanges: number[] = []
  /** Runs before a decode; may throw. */
  beforeDecode: () => void = () => {}
  /** The token that a sequence says next. */
  nextToken: (sequence: number) => number = (sequence) => 100 + sequence
  #batch: { sequence: number; wanted: boolean }[] = []
  #size = 0

  constructor(sequences: number) {
    this.cells = Array.from({ length: sequences }, () => [])
  }

  initBatch(size: number): void {
    this.#batch = []
    this.#size = size
  }

  addToBatch(sequence: number, firstPosition: number, tokens: Uint32Array, wanted: Uint32Array): Uint32Array {
    const cells = this.cells[sequence]!
    if (firstPosition !== cells.length)
      throw new Error(`position ${firstPosition}, but ${cells.length} cells`)
    const start = this.#batch.length
    for (const [index, token] of tokens.entries()) {
      cells.push(token)
      this.#batch.push({ sequence, wanted: wanted.includes(index) })
    }
    if (this.#batch.length > this.#size) throw new Error('more tokens than the batch has room for')
    return wanted.map((index) => start + index)
  }

  async decodeBatch(): Promise<void> {
    const sizes = new Map<number, number>()
    for (const { sequence } of this.#batch) sizes.set(sequence, (sizes.get(sequence) ?? 0) + 1)
    this.batches.push(sizes)
    await new Promise((resolve) => setImmediate(resolve))
    this.beforeDecode()
  }

  async sampleToken(logits: number, sampler: NativeSampler): Promise<number> {
    const place = this.#batch[logits]
    if (place?.wanted !== true || sampler === undefined) throw new Error(`no logits at ${logits}`)
    return this.nextToken(place.sequence)
  }

  removeTokenCellsFromSequence(sequence: number, from: number): boolean {
    this.cells[sequence]!.length = Math.min(from, this.cells[sequence]!.length)
    return true
  }

  disposeSequence(sequence: number): void {
    this.cells[sequence]!.length = 0
  }

  getSequenceKvCacheMinPosition = (): number => 0
  setThreads = (threads: number): void => void this.threadChanges.push(threads)
}
