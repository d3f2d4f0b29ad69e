/** How a symbol stands in a word: not at all, as a letter, or as a mark on one; in scripts with spaces or without. */
type SymbolKind = 'other' | 'letter' | 'mark' | 'unspaced-letter' | 'unspaced-mark'

const none: readonly number[] = []
const space: readonly number[] = [32]
const ignorable = /^\p{Default_Ignorable_Code_Point}$/u
const whitespace = /^\s$/u
/** Thai and its neighbours put no spaces; Korean joins its endings to the word. */
const unspaced =
  /^[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]$/u
const letter = /^[\p{L}\p{N}_]$/u
const mark = /^\p{M}$/u

/** More than a text needs; a hostile one must not make the caches grow without end. */
const maxCached = 20_000

/**
 * A character as it is compared: without case, compatibility forms (full width letters, ligatures) and
 * accents apart from their letters, all white space alike, invisible characters left out.
 */
export const foldCharacter = cached((code: number): readonly number[] => {
  const text = String.fromCodePoint(code)
  if (ignorable.test(text)) return none
  if (whitespace.test(text)) return space
  // Hangul syllables would fall apart into letters, and one syllable would be found inside another.
  const isHangul = code >= 0xac00 && code <= 0xd7a3
  if (isHangul) return [code]
  const folded = text.toUpperCase().toLowerCase().normalize('NFKD').toLowerCase()
  return Array.from(folded, (part) => part.codePointAt(0)!)
})

const kindOf = cached((symbol: number): SymbolKind => {
  if (symbol < 0) return 'other'
  const text = String.fromCodePoint(symbol)
  if (mark.test(text)) return unspaced.test(text) ? 'unspaced-mark' : 'mark'
  if (!letter.test(text)) return 'other'
  return unspaced.test(text) ? 'unspaced-letter' : 'letter'
})

/** Between two symbols: may a word end here and another begin? */
export function isBoundary(before: number, after: number): boolean {
  const last = kindOf(before)
  const next = kindOf(after)
  // A mark belongs to the letter before it, in every script.
  if (next === 'mark' || next === 'unspaced-mark') return last === 'other'
  return next !== 'letter' || (last !== 'letter' && last !== 'mark')
}

/** A word of a list, as symbols; runs of white space count as one. */
export function foldWord(word: string): number[] {
  const symbols: number[] = []
  for (const character of word.trim()) {
    for (const symbol of foldCharacter(character.codePointAt(0)!)) {
      if (symbol !== 32 || symbols.at(-1) !== 32) symbols.push(symbol)
    }
  }
  return symbols
}

function cached<T>(compute: (code: number) => T): (code: number) => T {
  const ascii = Array.from({ length: 128 }, (_, code) => compute(code))
  const others = new Map<number, T>()
  return (code) => {
    if (code >= 0 && code < 128) return ascii[code]!
    let value = others.get(code)
    if (value === undefined) {
      if (others.size >= maxCached) others.clear()
      value = compute(code)
      others.set(code, value)
    }
    return value
  }
}
