/** What one tool is asked to do: the same for all of them. */
export type RivalLoad = {
  /** Of the server, without `/v1`. */
  url: string
  /** The behaviour of the truth server. */
  model: string
  connections: number
  requests: number
  outputTokens: number
  /** A directory that Hugging Face's libraries load as a tokenizer: no tool here reaches a hub. */
  tokenizer: string
  /** Where the tools are installed. */
  tools: string
  /** Empty, for this run's files. */
  folder: string
}

/** What a tool says of its run, in milliseconds. A figure that it does not give is absent. */
export type Figures = {
  succeeded: number
  failed: number
  /** P50. */
  ttft?: number
  /** P50 of the time between two tokens of one request, its first token's left out. */
  tpot?: number
  /** P50 of the gaps that it calls inter-token latency, all requests together. */
  itl?: number
  /** P50. */
  e2e?: number
  /** Output tokens of a request that it counts as successful. */
  tokens?: number
}

export type Invocation = {
  /** Relative to the folder of the tools, or absolute. */
  executable: string
  arguments: string[]
  environment?: Record<string, string>
  /** Written into the run's folder before it starts. */
  files?: Record<string, string>
}

export type Rival = {
  name: string
  /** The Python distribution whose version stands in the table. */
  distribution: string
  /** The settings that matter, for the reader of the table. */
  settings: string
  invoke(load: RivalLoad): Invocation
  /** Of its report, relative to the run's folder. */
  report: string
  decode(text: string): Figures
}

/** Leaves out what a tool did not give; some write 0 or a negative figure where they have none. */
export const withoutGaps = (
  figures: Record<keyof Figures, number | null | undefined> & { succeeded: number; failed: number },
): Figures => ({
  ...Object.fromEntries(
    Object.entries(figures).filter(
      ([, value]) => typeof value === 'number' && Number.isFinite(value) && value > 0,
    ),
  ),
  succeeded: figures.succeeded,
  failed: figures.failed,
})
