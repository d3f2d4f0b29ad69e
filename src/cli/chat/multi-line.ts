/** What was typed, complete. `raw` goes to the history; `literal` text is never a slash command. */
export type Entry = { text: string; raw: string; literal: boolean }

/**
 * Joins physical lines to one entry: a line that opens with `"""` (also after a slash command) goes on to the
 * closing `"""`; a line that ends with a backslash goes on with the next.
 */
export type MultiLine = {
  /** The entry when it is complete, else undefined. */
  feed(line: string): Entry | undefined
  readonly open: boolean
  reset(): void
}

const quotes = '"""'
const opening = /^\s*(\/\w+\s+)?"""/
const oddBackslashesAtEnd = /(?<!\\)(\\\\)*\\$/

export function createMultiLine(): MultiLine {
  let lines: string[] = []
  const reset = () => {
    lines = []
  }
  const finish = (entry: Entry): Entry => {
    reset()
    return entry
  }
  return {
    reset,
    get open() {
      return lines.length > 0
    },
    feed(line) {
      lines.push(line)
      const text = lines.join('\n')
      const block = opening.exec(text)
      if (block) {
        const command = block[1] ?? ''
        const inside = text.slice(block[0].length).trimEnd()
        if (!inside.endsWith(quotes)) return undefined
        return finish({ text: command + trimBlock(inside), raw: text, literal: command === '' })
      }
      if (!oddBackslashesAtEnd.test(line)) return finish({ text, raw: text, literal: false })
      lines[lines.length - 1] = line.slice(0, -1)
      return undefined
    },
  }
}

/** The newlines beside the quotes belong to the quotes. */
const trimBlock = (inside: string): string =>
  inside.slice(0, -quotes.length).replace(/^\n/, '').replace(/\n$/, '')
