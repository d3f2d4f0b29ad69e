import type { Finder, Scanned, Span, TextScanner } from './text-scanner.ts'
import { createWordAutomaton, type WordAutomaton } from './word-automaton.ts'
import { foldCharacter, foldWord, isBoundary } from './word-symbols.ts'

/** So many invisible characters or spaces in a row end a word: else a run of them would be held back without end. */
const maxRun = 8
/** No word contains it. */
const barrier = -1
/** Decided symbols are forgotten in blocks, which costs less than one by one. */
const forgetAfter = 2048

/**
 * Finds the words of a list: the leftmost, there the longest, without overlap. `wholeWords` asks for word borders,
 * where the script has any.
 */
export function createWordFinder(words: readonly string[], wholeWords: boolean): Finder {
  const folded = words.map(foldWord).filter((word) => word.length > 0)
  const automaton = createWordAutomaton(folded)
  return { open: () => openScanner(automaton, wholeWords) }
}

function openScanner(automaton: WordAutomaton, wholeWords: boolean): TextScanner {
  const text = createSymbolReader()
  let node = 0
  /** The next symbol to be read, and the first that a find may contain. */
  let cursor = 0
  let from = 0
  let best: Span | undefined

  /** Words that end before the cursor; whether there is a border is known only with the next symbol. */
  function consider(next: number): void {
    for (const length of automaton.lengths(node)) {
      const start = cursor - length
      if (start < from) continue
      if (best && (start > best.start || (start === best.start && cursor <= best.end))) continue
      if (wholeWords && !isWhole(text, start, cursor, next)) continue
      best = { start, end: cursor }
      return
    }
  }
  /** The best find is final once nothing that began before or with it can go on. */
  function settle({ start, end }: Span): Span {
    cursor = end
    from = end
    node = 0
    best = undefined
    return { start: text.startOf(start), end: text.endOf(end - 1) }
  }
  function readOn(final: boolean): Span[] {
    const spans: Span[] = []
    for (;;) {
      if (cursor < text.count()) {
        const symbol = text.at(cursor)
        consider(symbol)
        node = automaton.next(node, symbol)
        cursor += 1
      } else if (final && node !== 0) {
        consider(barrier)
        node = 0
      } else if (!final || !best) return spans
      if (best && cursor - automaton.depth(node) > best.start) spans.push(settle(best))
    }
  }
  return {
    scan(piece, final): Scanned {
      text.push(piece)
      const spans = readOn(final)
      const open = cursor - automaton.depth(node)
      const settled = node === 0 ? text.length() : text.startOf(open)
      // One symbol before the first that is open decides whether a word may begin there.
      text.forget(open - 1)
      return { spans, settled }
    },
  }
}

const isWhole = ({ at }: SymbolReader, start: number, end: number, next: number): boolean =>
  isBoundary(at(start - 1), at(start)) && isBoundary(at(end - 1), next)

type SymbolReader = ReturnType<typeof createSymbolReader>

/** The text as symbols, each with the place where it stood. Numbers count from the start of the text. */
function createSymbolReader() {
  let symbols: number[] = []
  let starts: number[] = []
  let ends: number[] = []
  let forgotten = 0
  let length = 0
  let run = 0
  let last = barrier
  const add = (symbol: number, start: number, end: number) => {
    symbols.push(symbol)
    starts.push(start)
    ends.push(end)
    last = symbol
  }
  return {
    push(piece: string): void {
      for (let index = 0; index < piece.length;) {
        const code = piece.codePointAt(index)!
        const width = code > 0xffff ? 2 : 1
        const start = length + index
        index += width
        const folded = foldCharacter(code)
        if (folded.length === 0 || (folded[0] === 32 && last === 32)) {
          run += 1
          if (run === maxRun) add(barrier, start, start + width)
          continue
        }
        run = 0
        for (const symbol of folded) add(symbol, start, start + width)
      }
      length += piece.length
    },
    at: (place: number) => symbols[place - forgotten] ?? barrier,
    startOf: (place: number) => starts[place - forgotten] ?? length,
    endOf: (place: number) => ends[place - forgotten]!,
    count: () => forgotten + symbols.length,
    length: () => length,
    forget(before: number): void {
      const count = before - forgotten
      if (count < forgetAfter) return
      symbols = symbols.slice(count)
      starts = starts.slice(count)
      ends = ends.slice(count)
      forgotten = before
    },
  }
}
