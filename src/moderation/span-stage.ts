import type { SpanFilter } from './filter.ts'
import type { Finder } from './text-scanner.ts'
import type { Flags, Staged, TextStage } from './text-stage.ts'
import { createTextWindow } from './text-window.ts'

/** Longer pieces are read in parts, so that what is held in memory stays small. */
const stride = 1024

/** One finder of a filter: block, redact or flag what it finds. */
export function createSpanStage(filter: SpanFilter, finder: Finder, flags: Flags): TextStage {
  return filter.action === 'flag'
    ? createFlagStage(filter, finder, flags)
    : createCutStage(filter, finder, flags)
}

/** Nothing has to be held back for a note. */
function createFlagStage(filter: SpanFilter, finder: Finder, flags: Flags): TextStage {
  const scanner = finder.open()
  let found = false
  return {
    push(text, final) {
      for (const part of cut(text)) {
        if (found) break
        found = scanner.scan(part, false).spans.length > 0
      }
      if (final && !found) found = scanner.scan('', true).spans.length > 0
      if (found) flags.add(filter.name)
      return { text }
    },
    held: () => 0,
  }
}

function createCutStage(filter: SpanFilter, finder: Finder, flags: Flags): TextStage {
  const scanner = finder.open()
  const window = createTextWindow()
  let sent = 0

  function take(part: string, final: boolean): Staged {
    window.append(part)
    const { spans, settled } = scanner.scan(part, final)
    if (spans.length > 0) flags.add(filter.name)
    if (spans.length > 0 && filter.action === 'block')
      return { text: window.slice(sent, spans[0]!.start), blocked: filter.name }
    let text = ''
    for (const { start, end } of spans) {
      text += window.slice(sent, start) + filter.replacement
      sent = end
    }
    text += window.slice(sent, settled)
    sent = settled
    window.dropBefore(sent)
    return { text }
  }
  return {
    push(text, final) {
      let out = ''
      for (const part of cut(text)) {
        const staged = take(part, false)
        out += staged.text
        if (staged.blocked !== undefined) return { text: out, blocked: staged.blocked }
      }
      if (!final) return { text: out }
      const rest = take('', true)
      return { ...rest, text: out + rest.text }
    },
    held: () => window.held(),
  }
}

function cut(text: string): string[] {
  if (text.length <= stride) return text === '' ? [] : [text]
  const parts: string[] = []
  for (let at = 0; at < text.length; at += stride) parts.push(text.slice(at, at + stride))
  return parts
}
