/** One line of Prometheus' text format. Values may be NaN and infinite. */
export type Series = { name: string; labels: Record<string, string>; value: number }

/** All lines by name. */
export type Exposition = Map<string, Series[]>

const namePattern = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const labelPattern = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,?)/y
/** A value, perhaps a timestamp, and in OpenMetrics an exemplar. */
const valuePattern = /^[ \t]+([^ \t]+)(?:[ \t]+-?[0-9.eE+]+)?[ \t]*(?:#.*)?$/

/** Undefined where a line is not of the format: whatever answers at `/metrics` is then something else. */
export const parseExposition = (text: string): Exposition | undefined => {
  const exposition: Exposition = new Map()
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const series = parseLine(line)
    if (series === undefined) return undefined
    const known = exposition.get(series.name)
    if (known === undefined) exposition.set(series.name, [series])
    else known.push(series)
  }
  return exposition
}

const parseLine = (line: string): Series | undefined => {
  namePattern.lastIndex = 0
  const name = namePattern.exec(line)?.[0]
  if (name === undefined) return undefined
  let at = name.length
  const labels: Record<string, string> = {}
  if (line[at] === '{') {
    labelPattern.lastIndex = at + 1
    at += 1
    for (let match = labelPattern.exec(line); match !== null; match = labelPattern.exec(line)) {
      labels[match[1]!] = unescape(match[2]!)
      at = labelPattern.lastIndex
      if (match[3] === '') break
    }
    if (line[at] !== '}') return undefined
    at += 1
  }
  const value = parseValue(valuePattern.exec(line.slice(at))?.[1])
  return value === undefined ? undefined : { name, labels, value }
}

const special = new Map([
  ['+inf', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
])

const parseValue = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const named = special.get(text.toLowerCase())
  if (named !== undefined) return named
  const value = Number(text)
  return Number.isNaN(value) ? undefined : value
}

const unescape = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_all, escaped: string) => (escaped === 'n' ? '\n' : escaped))
