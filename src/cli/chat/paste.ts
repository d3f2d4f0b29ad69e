import type { Key } from 'node:readline'

/** The line editor edits one line; this sign stands for a newline in it. */
const newlineSign = '⏎'
/** Beyond this a paste would fill the screen; a short label stands for it. */
const maxInline = { lines: 8, length: 600 }

export const foldLines = (text: string): string => text.replaceAll('\n', newlineSign)
const unfoldLines = (text: string): string => text.replaceAll(newlineSign, '\n')

/** Keeps long pastes out of the edited line and puts them back when it is submitted. */
export type Clipboard = { take(text: string): string; restore(line: string): string }

export function createClipboard(): Clipboard {
  const pastes = new Map<string, string>()
  return {
    take(pasted) {
      const text = pasted.replaceAll(/\r\n?/g, '\n')
      const lines = text.split('\n').length
      if (lines <= maxInline.lines && text.length <= maxInline.length) return foldLines(text)
      const size = lines > 1 ? `${lines} lines` : `${text.length} characters`
      const label = `[paste ${pastes.size + 1}: ${size}]`
      pastes.set(label, text)
      return label
    },
    restore(line) {
      // A replacer function: pasted text may hold `$&`.
      return unfoldLines(line).replaceAll(/\[paste \d+: \d+ \w+\]/g, (label) => pastes.get(label) ?? label)
    },
  }
}

export type KeyPress = { text: string | undefined; key: Key }
export type KeyEvent = { type: 'key'; press: KeyPress } | { type: 'paste'; text: string }

/** Terminals bracket a paste (mode 2004) with two sequences; what lies between is text, never commands. */
export function createPasteCollector(): (press: KeyPress) => KeyEvent | undefined {
  let collected: string[] | undefined
  return (press) => {
    const { name, sequence = '', ctrl } = press.key
    if (name === 'paste-start') collected = []
    else if (collected === undefined) return name === 'paste-end' ? undefined : { type: 'key', press }
    else if (name === 'paste-end') {
      const text = collected.join('')
      collected = undefined
      return { type: 'paste', text }
    } else if (ctrl && name === 'c') {
      // A paste that never ended must not swallow the way out.
      collected = undefined
      return { type: 'key', press }
    } else if (!sequence.startsWith('\x1b')) collected.push(sequence)
    return undefined
  }
}
