import type { BodySettings } from './endpoint.ts'

/** vLLM's default output length, so that figures can be set side by side. */
export const defaultMaxTokens = 128

/**
 * The fields that chat and completions share. A prompt file's own fields come in as `extra`:
 * flags outrank them, defaults do not.
 */
export const encodeOpenAiBody = (
  extra: Record<string, unknown>,
  settings: BodySettings,
): Record<string, unknown> => {
  const { model, stream, includeUsage, maxTokens, temperature, seed, ignoreEos, minTokens } = settings
  const { max_completion_tokens: newerLimit, max_tokens: olderLimit, ...others } = extra
  const {
    limitField = newerLimit === undefined || maxTokens !== undefined ? 'max_tokens' : 'max_completion_tokens',
  } = settings
  return {
    ...others,
    [limitField]: maxTokens ?? newerLimit ?? olderLimit ?? defaultMaxTokens,
    ...(temperature !== undefined && { temperature }),
    ...(seed !== undefined && { seed }),
    ...(ignoreEos && { ignore_eos: true }),
    ...(minTokens !== undefined && { min_tokens: minTokens }),
    model,
    stream,
    ...(stream && includeUsage && { stream_options: { include_usage: true } }),
  }
}
