import type { NoteFacts } from './note-facts.ts'
import { plural } from './plural.ts'

/** Answers that are shorter than what was asked for, although the model did not end them. */
export const explainShortAnswers = ({ options: { sampling }, recorded }: NoteFacts): string[] => {
  const { maxTokens, minTokens } = sampling
  const shorterThan = (tokens: number): number =>
    recorded.samples.filter(
      ({ error, output_tokens: made }) => error === undefined && made !== undefined && made < tokens,
    ).length
  const notes: string[] = []
  const belowLeast = minTokens === undefined ? 0 : shorterThan(minTokens)
  if (belowLeast > 0) {
    notes.push(
      `${plural(belowLeast, 'answer')} shorter than --min-tokens ${minTokens}: the server does not honour min_tokens; --ignore-eos is known to more servers`,
    )
  }
  const { length = 0 } = recorded.finishReasons
  // What ended in any other way may be short.
  const cut = maxTokens === undefined ? 0 : shorterThan(maxTokens) - (recorded.succeeded - length)
  if (cut > 0) {
    notes.push(
      `${plural(cut, 'answer')} ended by the server's own limit before --max-tokens ${maxTokens}: its context was full, or it allows no longer answers`,
    )
  }
  return notes
}
