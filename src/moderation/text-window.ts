import { alignToRune } from './align-to-rune.ts'

/** The end of a text that arrives in pieces. Offsets count from the start of the whole text. */
export type TextWindow = {
  append(piece: string): void
  /** Forgets what stands before the offset, never half a character. */
  dropBefore(offset: number): void
  slice(start: number, end: number): string
  /** The offset, moved out of the middle of a character. */
  align(offset: number): number
  end(): number
  held(): number
}

export function createTextWindow(): TextWindow {
  let text = ''
  let base = 0
  return {
    append(piece) {
      text += piece
    },
    dropBefore(offset) {
      const count = alignToRune(text, Math.max(0, offset - base))
      text = text.slice(count)
      base += count
    },
    slice: (start, end) => text.slice(start - base, end - base),
    align: (offset) => base + alignToRune(text, offset - base),
    end: () => base + text.length,
    held: () => text.length,
  }
}
