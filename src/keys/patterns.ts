/** A test for names against patterns in which `*` stands for anything; undefined: everything matches. */
export function createMatcher(patterns: string[]): ((name: string) => boolean) | undefined {
  if (patterns.length === 0 || patterns.includes('*')) return undefined
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const wild = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'))
  return (name) => exact.has(name) || wild.some((parts) => matches(name, parts))
}

/** Without a regular expression: a pattern of many stars must not cost more than its length times the name's. */
function matches(name: string, parts: string[]): boolean {
  const first = parts[0]!
  const last = parts.at(-1)!
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last))
    return false
  const end = name.length - last.length
  let from = first.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, from)
    if (found === -1 || found + part.length > end) return false
    from = found + part.length
  }
  return true
}
