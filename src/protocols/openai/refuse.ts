import { z } from 'zod'
import { unsupported } from '../parse-body.ts'

/**
 * A parameter that OpenAI has and we do not: accepted where its value asks for nothing, else refused by name.
 * Nothing is dropped in silence.
 */
export const refuse = (asksForNothing: (value: unknown) => boolean, advice: string) =>
  z
    .unknown()
    .optional()
    .superRefine((value, context) => {
      if (value === undefined || value === null || asksForNothing(value)) return
      context.addIssue({ code: 'custom', message: advice, params: unsupported })
    })

export const always = (): boolean => false

export const only =
  (...values: unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value)

/** An empty array, or an empty object. */
export const empty = (value: unknown): boolean =>
  typeof value === 'object' && Object.keys(value as object).length === 0
