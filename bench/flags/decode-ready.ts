import { decodeMilliseconds } from './decode-milliseconds.ts'

/** How long to wait for the server; vLLM's default of 0 means not at all. */
export const decodeReady = (text: string | undefined): number | undefined =>
  text === undefined || Number(text) === 0 ? undefined : decodeMilliseconds('ready-timeout', text)
