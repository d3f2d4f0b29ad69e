const redacted = '[redacted]'
type Secret = 'key' | 'header'

/**
 * Result files are shared; a key in them would be a leak. Covers `--api-key KEY`, `--header 'Name: value'` and their
 * other spellings; of a header its name stays.
 */
export const redactArgv = (argv: string[]): string[] => {
  let expected: Secret | undefined
  return argv.map((word) => {
    if (expected === 'key') {
      expected = undefined
      return redacted
    }
    const [flag, value] = splitWord(word)
    const kind = kindOf(flag)
    if (kind !== undefined) {
      expected = value === undefined || kind === 'header' ? kind : undefined
      return value === undefined ? word : `${flag}=${kind === 'key' ? redacted : hideValue(value)}`
    }
    // A header's flag takes all words up to the next flag, as in vLLM.
    if (expected === 'header' && !word.startsWith('-')) return hideValue(word)
    expected = undefined
    return word
  })
}

const kindOf = (word: string): Secret | undefined => {
  if (word === '--api-key') return 'key'
  return word === '--header' || word === '-H' ? 'header' : undefined
}

/** `--header=x` and `-Hx` in their two parts. */
const splitWord = (word: string): [flag: string, value: string | undefined] => {
  const match = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? /^(-H)=?(.+)$/s.exec(word)
  return match === null ? [word, undefined] : [match[1]!, match[2]]
}

const hideValue = (header: string): string => {
  const at = header.search(/[:=]/)
  return at < 1 ? redacted : `${header.slice(0, at + 1)}${header[at] === ':' ? ' ' : ''}${redacted}`
}
