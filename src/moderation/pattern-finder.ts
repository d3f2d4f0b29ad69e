import { RE2JS } from 're2js'
import { AppError } from '../errors.ts'
import { createPatternOutlook, type PatternOutlook } from './pattern-outlook.ts'
import { readPatternProgram } from './pattern-program.ts'
import type { Finder, Scanned, Span, TextScanner } from './text-scanner.ts'
import { createTextWindow, type TextWindow } from './text-window.ts'

export type Pattern = {
  source: string
  ignoreCase: boolean
  /** In UTF-16 units: what is held back at most. */
  maxMatch: number
  /** A second look at what the expression found, such as a checksum. */
  isValid?: (match: string) => boolean
}

/**
 * Finds matches of an RE2 expression (linear time, whatever the text): the leftmost, without overlap. One that is
 * longer than `maxMatch` is cut there and the search goes on behind it. Throws `invalid_config` for an expression
 * that cannot be used.
 */
export function createPatternFinder(pattern: Pattern): Finder {
  const compiled = compile(pattern)
  const program = readPatternProgram(compiled)
  if (!program) throw new AppError('internal_error', 'this version of re2js keeps its programs differently')
  if (program.start.matches)
    throw new AppError('invalid_config', 'the expression also matches nothing at all; write + instead of *')
  const outlook = createPatternOutlook(program)
  return { open: () => openScanner(pattern, compiled, outlook) }
}

function compile({ source, ignoreCase }: Pattern): RE2JS {
  try {
    return RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const hint = /\(\?[=!<]|\\[1-9]/.test(source)
      ? ' (look-around and back-references do not exist here)'
      : ''
    throw new AppError('invalid_config', `not a regular expression of RE2: ${reason}${hint}`, { cause })
  }
}

function openScanner(pattern: Pattern, compiled: RE2JS, outlook: PatternOutlook): TextScanner {
  const { maxMatch } = pattern
  /** What is not decided, and two units before it for `\\b` and `^`. */
  const text = createTextWindow()
  const find = createSearch(pattern, compiled, text)
  let state = outlook.begin()
  /** Where the next find may begin; where nothing was open any more; where a match may have ended last. */
  let from = 0
  let clear = 0
  let lastEnd = -1

  /** All is decided when the text has come so far, and not when the piece ends: so pieces make no difference. */
  function decide(until: number, final: boolean): Span[] {
    const settled = final ? until : text.align(Math.max(clear, until - maxMatch, from))
    if (settled <= from) return []
    const found = lastEnd > from ? find({ from, before: settled, clear, until }) : { spans: [], next: from }
    from = Math.max(found.next, settled)
    return found.spans
  }
  return {
    scan(piece, final): Scanned {
      const spans: Span[] = []
      const length = text.end()
      text.append(piece)
      for (let index = 0; index < piece.length;) {
        const rune = piece.codePointAt(index)!
        index += rune > 0xffff ? 2 : 1
        state = outlook.next(state, rune)
        const until = length + index
        if (state.isClear) clear = until
        else if (state.matches) {
          // Nothing was waiting: what ends here began behind the last clear place.
          if (lastEnd <= from) from = Math.max(from, clear)
          lastEnd = until
        }
        // Where nothing may have matched, there is nothing to decide before the piece ends.
        if (lastEnd > from) spans.push(...decide(until, false))
      }
      spans.push(...decide(text.end(), final))
      text.dropBefore(from - 2)
      return { spans, settled: from }
    },
  }
}

/** Where matches may begin (`from` to `before`), where all was decided last, and where the text ends so far. */
type Stretch = { from: number; before: number; clear: number; until: number }

/** `next`: where to go on. */
function createSearch({ maxMatch, isValid }: Pattern, compiled: RE2JS, text: TextWindow) {
  /** Two units before the place are enough for `\b` and `^`; re2js works on all that it is given. */
  const open = (start: number, end: number) => {
    const base = text.align(Math.max(0, start - 2))
    const matcher = compiled.matcher(text.slice(base, end))
    return (from: number): Span | undefined =>
      matcher.find(from - base) ? { start: base + matcher.start(), end: base + matcher.end() } : undefined
  }
  /** The end of the match that begins exactly at `start`, by what stands within its reach alone. */
  const measure = (start: number): number | undefined => {
    const found = open(start, start + maxMatch + 1)(start)
    return found?.start === start ? text.align(Math.min(found.end, start + maxMatch)) : undefined
  }
  return ({ from, before, clear, until }: Stretch): { spans: Span[]; next: number } => {
    const spans: Span[] = []
    const find = open(from, until)
    let next = from
    for (
      let found = find(next);
      found && found.start < before;
      found = next < before ? find(next) : undefined
    ) {
      const { start } = found
      // Nothing goes on from there any more, so its reach cannot hold another match than this.
      const isWhole = start < clear && found.end - start <= maxMatch
      const end = isWhole ? found.end : measure(start)
      if (end !== undefined && isValid?.(text.slice(start, end)) !== false) {
        spans.push({ start, end })
        next = end
      } else next = start + (text.slice(start, start + 2).codePointAt(0)! > 0xffff ? 2 : 1)
    }
    return { spans, next }
  }
}
