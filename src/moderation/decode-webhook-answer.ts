import { z } from 'zod'
import { cleanCategories } from './clean-categories.ts'
import type { Action, Question, Verdict } from './judge.ts'

const answerSchema = z.object({
  action: z.enum(['allow', 'flag', 'redact', 'block']).optional(),
  text: z.string().optional(),
  messages: z.array(z.union([z.string(), z.object({ text: z.string() })])).optional(),
  reason: z.string().optional(),
  categories: z.array(z.string()).max(1000).optional(),
})

/** A webhook that says `{}` has found nothing; one that sends a text wants it in the place of the old one. */
export function decodeWebhookAnswer(body: string, question: Question, fixed: Action | undefined): Verdict {
  const answer = answerSchema.safeParse(body.trim() === '' ? {} : parse(body))
  if (!answer.success)
    throw new Error(`answered with a wrong shape: ${answer.error.issues[0]!.path.join('.')}`)
  const { action, text, messages, reason, categories } = answer.data
  const texts =
    messages?.map((each) => (typeof each === 'string' ? each : each.text)) ??
    (text === undefined ? undefined : [text])
  const asked = action ?? (texts ? 'redact' : 'allow')
  if (asked === 'allow') return { action: 'allow' }
  if (texts && texts.length !== question.pieces.length)
    throw new Error(`answered with ${texts.length} texts for ${question.pieces.length}`)
  return {
    action: fixed ?? asked,
    ...(texts && { texts }),
    ...(reason !== undefined && { reason: oneLine(reason) }),
    categories: cleanCategories(categories),
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // The parser's message would quote the answer.
    throw new Error('answered with something that is no JSON')
  }
}

const oneLine = (text: string): string =>
  text
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 200)
