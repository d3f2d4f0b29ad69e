/** One action of the truth server. A script of them is the whole answer to one request. */
export type Step =
  | { act: 'headers'; type: string }
  | { act: 'wait'; milliseconds: number }
  /** Lets the event loop go round once, so that what was written leaves by itself. */
  | { act: 'turn' }
  /**
   * `outputs`: how many events with output these bytes complete; the moment of writing becomes their truth.
   * `tokens`: how many tokens those events carry. `stamp` makes the bytes at that moment, and with it in them.
   */
  | { act: 'write'; bytes: Uint8Array; outputs: number; tokens: number; stamp?: (sentAt: number) => string }
  | { act: 'end' }
  /** Ends the connection in the middle of whatever it was in. */
  | { act: 'cut' }
  | { act: 'refuse'; status: number; message: string }

export const headersOf = (type: string): Step => ({ act: 'headers', type })
export const headers = headersOf('text/event-stream; charset=utf-8')
export const turn: Step = { act: 'turn' }
export const end: Step = { act: 'end' }
export const cut: Step = { act: 'cut' }
export const wait = (milliseconds: number): Step => ({ act: 'wait', milliseconds })
export const write = (text: string, outputs = 0, tokens = outputs): Step => ({
  act: 'write',
  bytes: Buffer.from(text, 'utf8'),
  outputs,
  tokens,
})
