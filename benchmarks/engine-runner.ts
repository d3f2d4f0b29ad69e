/** Generated tokens per second: over everything, and after the last sequence had its first token. */
export type Speed = { total: number; decode: number }
export type Runner = { run(prompts: number[][]): Promise<Speed>; close(): Promise<void> }
