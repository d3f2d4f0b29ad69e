/** One thing to time: reading a prompt (`prefill`) or writing an answer (`decode`) of so many tokens. */
export type MeterTest = {
  kind: 'prefill' | 'decode'
  tokens: number
  /** Tokens that each sequence holds already when the clock starts. */
  depth: number
  /** Sequences at the same time. */
  batch: number
}

/** What whoever starts this process says, as one JSON argument. */
export type MeterArguments = {
  engine: string
  source: string
  tests: MeterTest[]
  repetitions: number
  threads?: number
  batchTokens: number
  gpuLayers: number | 'auto'
}

/** What it says over the IPC channel. `milliseconds` has a figure for each repetition. */
export type MeterMessage =
  | { type: 'loaded'; model: MeterModel }
  | { type: 'progress'; test: MeterTest; done: number }
  | { type: 'measured'; test: MeterTest; milliseconds: number[]; threads: number | null }
  | { type: 'finished' }
  | { type: 'failed'; error: { code: string; message: string; param: string | null } }

export type MeterModel = {
  architecture: string
  quantization: string | null
  parameters: number | null
  size_bytes: number
  trained_context_length: number
}
