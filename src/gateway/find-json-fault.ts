export type JsonFault = { position: number; line: number; column: number }

const token = /([{}[\],:"])|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y
const blank = /[ \t\n\r]*/y
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** What may come next inside the container that is open. */
type Expected = 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'colon' | 'comma-or-close'

/** Where text stops being JSON. Only for text that JSON.parse refuses; walks it once, without recursion. */
export function findJsonFault(text: string): JsonFault {
  const open: string[] = []
  let expected: Expected | undefined = 'value'
  let position = skip(blank, text, 0)
  while (expected !== undefined) {
    token.lastIndex = position
    const kind: string | undefined = readKind(token.exec(text))
    const next: Expected | 'end' | undefined = kind === undefined ? undefined : follow(expected, kind, open)
    if (next === undefined) break
    const end = kind === '"' ? endOfString(text, position + 1) : { position: token.lastIndex, closed: true }
    position = end.position
    if (!end.closed) break
    position = skip(blank, text, position)
    expected = next === 'end' ? undefined : next
  }
  return locate(text, position)
}

const readKind = (match: RegExpExecArray | null): string | undefined =>
  match?.[1] ?? (match ? 'scalar' : undefined)

function skip(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position
  return pattern.test(text) ? pattern.lastIndex : position
}

/** By hand: a pattern would need memory for every character of a long string. */
function endOfString(text: string, start: number): { position: number; closed: boolean } {
  let position = start
  while (position < text.length) {
    const code = text.charCodeAt(position)
    if (code === 0x22) return { position: position + 1, closed: true }
    const next = code === 0x5c ? skip(escape, text, position) : position + (code < 0x20 ? 0 : 1)
    if (next === position) break
    position = next
  }
  return { position, closed: false }
}

function follow(expected: Expected, kind: string, open: string[]): Expected | 'end' | undefined {
  const afterValue = () => (open.length === 0 ? 'end' : 'comma-or-close')
  const inObject = open.at(-1) === '{'
  if (kind === '}' || kind === ']') {
    if (!expected.endsWith('close') || inObject !== (kind === '}')) return undefined
    open.pop()
    return afterValue()
  }
  switch (expected) {
    case 'colon':
      return kind === ':' ? 'value' : undefined
    case 'comma-or-close':
      if (kind !== ',') return undefined
      return inObject ? 'key' : 'value'
    case 'key':
    case 'key-or-close':
      return kind === '"' ? 'colon' : undefined
    case 'value':
    case 'value-or-close':
      if (kind === '"' || kind === 'scalar') return afterValue()
      if (kind !== '{' && kind !== '[') return undefined
      open.push(kind)
      return kind === '{' ? 'key-or-close' : 'value-or-close'
  }
}

function locate(text: string, position: number): JsonFault {
  const before = text.slice(0, position).split('\n')
  return { position, line: before.length, column: before.at(-1)!.length + 1 }
}
