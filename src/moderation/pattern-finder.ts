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
    const found = lastEnd > from ? find(from, settled, until) : { spans: [], next: from }
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
        else if (state.matches) lastEnd = until
        // Where nothing may have matched, there is nothing to decide before the piece ends.
        if (lastEnd > from) spans.push(...decide(until, false))
      }
      spans.push(...decide(text.end(), final))
      text.dropBefore(from - 2)
      return { spans, settled: from }
    },
  }
}

/** Matches that begin from `from` on and before `before`, in the text up to `until`; `next`: where to go on. */
function createSearch({ maxMatch, isValid }: Pattern, compiled: RE2JS, text: TextWindow) {
  /** The end of the match that begins exactly at `start`, by what stands within its reach alone. */
  const measure = (start: number): number | undefined => {
    const place = text.place(start)
    const matcher = compiled.matcher(text.upTo(start + maxMatch + 1))
    if (!matcher.find(place) || matcher.start() !== place) return undefined
    return text.align(Math.min(text.offset(matcher.end()), start + maxMatch))
  }
  return (from: number, before: number, until: number): { spans: Span[]; next: number } => {
    const spans: Span[] = []
    const matcher = compiled.matcher(text.upTo(until))
    let next = from
    while (next < before && matcher.find(text.place(next))) {
      const start = text.offset(matcher.start())
      if (start >= before) break
      const end = measure(start)
      if (end !== undefined && isValid?.(text.slice(start, end)) !== false) {
        spans.push({ start, end })
        next = end
      } else next = start + (text.slice(start, start + 2).codePointAt(0)! > 0xffff ? 2 : 1)
    }
    return { spans, next }
  }
}
