import type { Exposition } from './parse-exposition.ts'

/**
 * llama-server counts the prompt tokens that its cache had beside those that it read, and versions before 2026 do not
 * count them at all. Then nothing is known of the cache.
 */
export const completeLlamaServer = (exposition: Exposition): Exposition => {
  const valueOf = (name: string): number | undefined => exposition.get(name)?.[0]?.value
  const read = valueOf('llamacpp:prompt_tokens_total')
  const cached = valueOf('llamacpp:prompt_tokens_cached_total')
  if (read === undefined || cached === undefined) return exposition
  const name = 'llamacpp:prompt_tokens_asked'
  return new Map([...exposition, [name, [{ name, labels: {}, value: read + cached }]]])
}
