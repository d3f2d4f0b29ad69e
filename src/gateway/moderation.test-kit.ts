import type { Filter, JudgeFilter, SpanFilter } from '../moderation/filter.ts'
import type { Question, Verdict } from '../moderation/judge.ts'
import { createModeration } from '../moderation/moderation.ts'
import { createPatternFinder } from '../moderation/pattern-finder.ts'
import { createWordFinder } from '../moderation/word-finder.ts'
import type { OpenOptions } from './open-gateway.test-kit.ts'

const common = { on: 'both', appliesTo: () => true, replacement: '[X]' } as const
export const words = (
  list: string[],
  action: SpanFilter['action'],
  extra: Partial<SpanFilter> = {},
): Filter => ({
  ...common,
  name: 'words',
  kind: 'spans',
  action,
  finders: [createWordFinder(list, true)],
  ...extra,
})
export const regex = (source: string, action: SpanFilter['action']): Filter => ({
  ...common,
  name: 'regex',
  kind: 'spans',
  action,
  finders: [createPatternFinder({ source, ignoreCase: false, maxMatch: 64 })],
})
export const judge = (decide: (question: Question) => Verdict, extra: Partial<JudgeFilter> = {}): Filter => ({
  ...common,
  name: 'judge',
  kind: 'judge',
  segment: 10,
  judge: async (question) => decide(question),
  ...extra,
})

export const behind = (filters: Filter[], pieces?: string[]): OpenOptions => ({
  moderation: createModeration(filters),
  ...(pieces && { script: { pieces: () => pieces } }),
})

type Chunk = {
  choices: { index: number; delta: { content?: string }; finish_reason: string | null }[]
  usage?: { completion_tokens: number; prompt_tokens: number }
}
/** What a reader of the stream has at the end. */
export function readStream(body: string) {
  const chunks = body
    .split('\n\n')
    .filter((event) => event.startsWith('data: {') && event.includes('"choices"'))
    .map((event) => JSON.parse(event.slice(6)) as Chunk)
  const texts = chunks.map(({ choices }) => choices[0]?.delta.content ?? '')
  const finish = chunks.map(({ choices }) => choices[0]?.finish_reason).find(Boolean)
  return {
    text: texts.join(''),
    texts,
    finish,
    usage: chunks.at(-1)?.usage,
    done: body.endsWith('[DONE]\n\n'),
  }
}
