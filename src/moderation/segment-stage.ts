import { alignToRune } from './align-to-rune.ts'
import type { JudgeFilter } from './filter.ts'
import type { Subject, Verdict } from './judge.ts'
import { noteVerdict } from './note-verdict.ts'
import type { Flags, Staged, TextStage } from './text-stage.ts'

/** Of what was already sent, so that a sentence is judged in its place. */
const contextLength = 400
const sentenceEnd = /[.!?…。！？\n]\s|[。！？\n]/g

/**
 * Asks about an answer part by part: a part ends with a sentence, once it has the filter's `segment` characters, or
 * anywhere at twice as many. Where parts end depends on the text alone, not on how it arrives.
 */
export function createSegmentStage(
  filter: JudgeFilter,
  subject: Subject,
  flags: Flags,
  signal: AbortSignal,
): TextStage {
  let held = ''
  let context = ''
  async function judge(text: string, final: boolean): Promise<Staged> {
    const pieces = [{ role: 'assistant', text }]
    const verdict = await filter.judge({ ...subject, direction: 'output', pieces, context, final }, signal)
    noteVerdict(flags, filter.name, verdict)
    if (verdict.action === 'block') return { text: '', blocked: filter.name }
    const passed = apply(verdict, text, filter.replacement)
    context = (context + passed).slice(-contextLength)
    return { text: passed }
  }
  return {
    async push(text, final) {
      held += text
      let out = ''
      for (let end = findEnd(held, filter.segment); end !== undefined; end = findEnd(held, filter.segment)) {
        const part = held.slice(0, end)
        held = held.slice(end)
        const staged = await judge(part, final && held === '')
        out += staged.text
        if (staged.blocked !== undefined) return { ...staged, text: out }
      }
      if (!final || held === '') return { text: out }
      const rest = held
      held = ''
      const staged = await judge(rest, true)
      return { ...staged, text: out + staged.text }
    },
    held: () => held.length,
  }
}

const apply = ({ action, texts }: Verdict, text: string, replacement: string): string =>
  action === 'redact' ? (texts?.[0] ?? replacement) : text

function findEnd(text: string, least: number): number | undefined {
  if (text.length < least) return undefined
  sentenceEnd.lastIndex = Math.max(0, least - 2)
  const most = least * 2
  for (let found = sentenceEnd.exec(text); found; found = sentenceEnd.exec(text)) {
    const end = found.index + found[0].length
    if (end >= least && end <= most) return end
    if (end > most) break
  }
  return text.length > most ? alignToRune(text, most) : undefined
}
