import type { Message, ToolCall } from '../engine/types.ts'
import type { Piece } from '../moderation/judge.ts'

export type Check = (pieces: Piece[]) => Promise<Piece[]>

/** Every text that the model would read: all roles, and the arguments of tool calls. One question for all of them. */
export async function moderateMessages(messages: Message[], check: Check): Promise<Message[]> {
  const pieces: Piece[] = []
  const calls: ReturnType<typeof openCall>[] = []
  for (const { role, text, toolCalls = [] } of messages) {
    pieces.push({ role, text })
    for (const call of toolCalls) {
      const opened = openCall(call)
      calls.push(opened)
      for (const leaf of opened.texts) pieces.push({ role, text: leaf })
    }
  }
  const clean = (await check(pieces)).map(({ text }) => text).values()
  const next = () => clean.next().value!
  const opened = calls.values()
  return messages.map((message) => ({
    ...message,
    text: next(),
    ...(message.toolCalls && { toolCalls: message.toolCalls.map(() => opened.next().value!.close(next)) }),
  }))
}

/**
 * The strings and numbers of the arguments, one by one, so that what is put in their place leaves the JSON whole.
 * Arguments that are no JSON are one text.
 */
function openCall(call: ToolCall): { texts: string[]; close(next: () => string): ToolCall } {
  const parsed = parse(call.argumentsJson)
  if (parsed === undefined)
    return { texts: [call.argumentsJson], close: (next) => ({ ...call, argumentsJson: next() }) }
  const texts: string[] = []
  mapLeaves(parsed.value, (text) => {
    texts.push(text)
    return text
  })
  return {
    texts,
    close(next) {
      let changed = false
      const value = mapLeaves(parsed.value, (text) => {
        const clean = next()
        changed ||= clean !== text
        return clean
      })
      return changed ? { ...call, argumentsJson: JSON.stringify(value) } : call
    },
  }
}

function parse(json: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(json) as unknown }
  } catch {
    return undefined
  }
}

/** In the order of the text. A number that is changed becomes a string. */
function mapLeaves(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (typeof value === 'number') {
    const text = String(value)
    const clean = change(text)
    return clean === text ? value : clean
  }
  if (Array.isArray(value)) return value.map((each) => mapLeaves(each, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [change(key), mapLeaves(each, change)]),
  )
}
