/** Takes text as it streams and gives what to write so that no word is cut at the edge of the screen. */
export type WordWrap = (text: string) => string

const isWide = (letter: string): boolean =>
  /[\p{Emoji_Presentation}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303f\uff01-\uff60]/u.test(
    letter,
  )
const isZeroWidth = (letter: string): boolean => /[\p{M}\p{Cf}]/u.test(letter)
/** Fenced or indented code, and tables: their lines mean something as they are. */
const isVerbatim = (line: string): boolean => /^(\t| {4}|\||```)/.test(line)

/** Where the cursor is: `line` is the beginning of the line, `word` what was written since the last break. */
type Place = { line: string; column: number; word: string; wordWidth: number; fenced: boolean }

/**
 * A word that reaches the edge is taken back and begins the next line. The last column stays free: terminals
 * disagree on where the cursor is after it.
 */
export function createWordWrap(columns: () => number): WordWrap {
  const place: Place = { line: '', column: 0, word: '', wordWidth: 0, fenced: false }
  return (text) => {
    let output = ''
    for (const letter of text) output += writeLetter(place, letter, columns())
    return output
  }
}

function writeLetter(place: Place, letter: string, columns: number): string {
  if (letter === '\n') return startLine(place)
  if (place.line.length < 4) place.line += letter
  const width = widthOf(letter, place.column)
  const fits = place.column + width < columns
  return fits || place.fenced || isVerbatim(place.line)
    ? advance(place, letter, width)
    : breakLine(place, letter, width)
}

function startLine(place: Place): string {
  const fenced = place.line.startsWith('```') ? !place.fenced : place.fenced
  Object.assign(place, { line: '', column: 0, word: '', wordWidth: 0, fenced })
  return '\n'
}

function breakLine(place: Place, letter: string, width: number): string {
  const { word, wordWidth } = place
  if (/\s/.test(letter)) {
    Object.assign(place, { column: 0, word: '', wordWidth: 0 })
    return '\n'
  }
  // Longer than the screen: nothing is won by moving it.
  if (wordWidth === place.column) return advance(place, letter, width)
  const back = wordWidth === 0 ? '' : `\x1b[${wordWidth}D\x1b[K`
  place.column = wordWidth
  return `${back}\n${word}${advance(place, letter, width)}`
}

function advance(place: Place, letter: string, width: number): string {
  const ends = /\s/.test(letter) || width === 2
  place.column += width
  place.word = ends ? '' : place.word + letter
  place.wordWidth = ends ? 0 : place.wordWidth + width
  return letter
}

function widthOf(letter: string, column: number): number {
  if (letter === '\t') return 8 - (column % 8)
  return isZeroWidth(letter) ? 0 : isWide(letter) ? 2 : 1
}
