import { RE2JS } from 're2js'
import { AppError } from '../errors.ts'
import { alignToRune } from './align-to-rune.ts'
import { createPatternOutlook, type PatternOutlook } from './pattern-outlook.ts'
import { readPatternProgram } from './pattern-program.ts'
import type { Finder, Scanned, Span, TextScanner } from './text-scanner.ts'

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
  const { maxMatch, isValid } = pattern
  let state = outlook.begin()
  /** The text from `base` on: what is not decided, and two units before it for `\b` and `^`. */
  let buffer = ''
  let base = 0
  let length = 0
  /** Where the next find may begin; where nothing was open any more; where a match may have ended last. */
  let from = 0
  let clear = 0
  let lastEnd = -1

  function look(piece: string): void {
    for (let index = 0; index < piece.length;) {
      const rune = piece.codePointAt(index)!
      index += rune > 0xffff ? 2 : 1
      state = outlook.next(state, rune)
      if (state.isClear) clear = length + index
      else if (state.matches) lastEnd = length + index
    }
  }
  /** The match that begins exactly at `start`, by what stands within its reach alone. */
  function measure(start: number): number | undefined {
    const reach = buffer.slice(0, start - base + maxMatch + 1)
    const matcher = compiled.matcher(reach)
    if (!matcher.find(start - base) || matcher.start() !== start - base) return undefined
    return base + alignToRune(buffer, Math.min(matcher.end(), start - base + maxMatch))
  }
  function find(before: number): Span[] {
    const spans: Span[] = []
    const matcher = compiled.matcher(buffer)
    while (from < before && matcher.find(from - base)) {
      const start = base + matcher.start()
      if (start >= before) break
      const end = measure(start)
      if (end !== undefined && isValid?.(buffer.slice(start - base, end - base)) !== false) {
        spans.push({ start, end })
        from = end
      } else from = start + (buffer.codePointAt(start - base)! > 0xffff ? 2 : 1)
    }
    return spans
  }
  return {
    scan(piece, final): Scanned {
      look(piece)
      buffer += piece
      length += piece.length
      // A match that began more than its longest length ago has been seen whole.
      const settled = final
        ? length
        : base + alignToRune(buffer, Math.max(clear, length - maxMatch, base) - base)
      const spans = lastEnd > from ? find(settled) : []
      from = Math.max(from, settled)
      const keep = alignToRune(buffer, Math.max(0, from - 2 - base))
      buffer = buffer.slice(keep)
      base += keep
      return { spans, settled: from }
    },
  }
}
