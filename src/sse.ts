/** Server-sent events, both directions. https://html.spec.whatwg.org/multipage/server-sent-events.html */

export type SseEvent = { event?: string; data: string }

export const encodeSse = ({ event, data }: SseEvent): string =>
  event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`

/** A comment keeps proxies and clients awake and is invisible to parsers. */
export const encodeSseComment = (text: string): string => `: ${text}\n\n`
