import { setImmediate } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import type { Filter, SpanFilter } from './filter.ts'
import type { Piece, Subject } from './judge.ts'
import { noteVerdict } from './note-verdict.ts'
import { createSpanStage } from './span-stage.ts'
import type { Flags } from './text-stage.ts'
import type { Finder } from './text-scanner.ts'

/** Others get their turn after so many characters: a request may be as long as the body limit allows. */
const turn = 4096

/** The pieces as the model may see them. Rejects with `content_blocked`, which names the filter, never the text. */
export async function checkInput(
  filters: readonly Filter[],
  asked: { subject: Subject; pieces: readonly Piece[]; param: string },
  flags: Flags,
  signal: AbortSignal,
): Promise<Piece[]> {
  let pieces = [...asked.pieces]
  for (const filter of filters) {
    pieces =
      filter.kind === 'spans'
        ? await passSpans(filter, pieces, asked.param, flags, signal)
        : await passJudge(filter, { ...asked, pieces }, flags, signal)
  }
  return pieces
}

async function passSpans(
  filter: SpanFilter,
  pieces: Piece[],
  param: string,
  flags: Flags,
  signal: AbortSignal,
): Promise<Piece[]> {
  const passed: Piece[] = []
  for (const { role, text } of pieces) {
    let clean = text
    for (const finder of filter.finders) clean = await passFinder(filter, finder, clean, param, flags, signal)
    passed.push({ role, text: clean })
  }
  return passed
}

async function passFinder(
  filter: SpanFilter,
  finder: Finder,
  text: string,
  param: string,
  flags: Flags,
  signal: AbortSignal,
): Promise<string> {
  const stage = createSpanStage(filter, finder, flags)
  let clean = ''
  for (let at = 0; at === 0 || at < text.length; at += turn) {
    if (at > 0) await setImmediate()
    signal.throwIfAborted()
    const staged = await stage.push(text.slice(at, at + turn), at + turn >= text.length)
    if (staged.blocked !== undefined) throw refuse(filter.name, param)
    clean += staged.text
  }
  return clean
}

async function passJudge(
  filter: Extract<Filter, { kind: 'judge' }>,
  { subject, pieces, param }: { subject: Subject; pieces: Piece[]; param: string },
  flags: Flags,
  signal: AbortSignal,
): Promise<Piece[]> {
  const question = { ...subject, direction: 'input' as const, pieces, context: '', final: true }
  const verdict = await filter.judge(question, signal)
  noteVerdict(flags, filter.name, verdict)
  if (verdict.action === 'block') throw refuse(filter.name, param, verdict.reason)
  if (verdict.action !== 'redact') return pieces
  return pieces.map(({ role }, index) => ({ role, text: verdict.texts?.[index] ?? filter.replacement }))
}

function refuse(filter: string, param: string, reason?: string): AppError {
  const why = reason === undefined ? '' : `: ${reason}`
  const message = `the content filter "${filter}" does not let this request pass${why}; change its text`
  return new AppError('content_blocked', message, { param, details: { filter } })
}
