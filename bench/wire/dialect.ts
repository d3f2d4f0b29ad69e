import type { LimitField } from '../endpoints/endpoint.ts'

/** How a server wants what servers disagree on. */
export type Dialect = { includeUsage: boolean; limitField: LimitField }

/** What may work where `dialect` was refused with `reason`, the likeliest first. */
export const alternativesTo = (dialect: Dialect, reason: string): Dialect[] => {
  const { includeUsage, limitField } = dialect
  // OpenAI's newer models refuse the older name and say so.
  const renamed: Dialect[] =
    limitField === 'max_tokens' && reason.includes('max_completion_tokens')
      ? [{ includeUsage, limitField: 'max_completion_tokens' }]
      : []
  return includeUsage
    ? [...renamed, ...[dialect, ...renamed].map((one) => ({ ...one, includeUsage: false }))]
    : renamed
}
