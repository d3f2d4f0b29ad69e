import type { Action, Direction, Judge, Subject } from './judge.ts'
import type { Finder } from './text-scanner.ts'

type Common = {
  name: string
  on: Direction | 'both'
  appliesTo(subject: Subject): boolean
  /** Stands where something was taken out. */
  replacement: string
}

/** What is looked for here and at once: words, expressions. */
export type SpanFilter = Common & { kind: 'spans'; action: Action; finders: Finder[] }

/** What somebody else is asked: a webhook, a model. `segment`: least characters of an answer per question. */
export type JudgeFilter = Common & { kind: 'judge'; judge: Judge; segment: number }

/** One entry of the config, ready for use. */
export type Filter = SpanFilter | JudgeFilter
