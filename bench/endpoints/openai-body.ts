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
  const ownLimit =
    newerLimit === undefined
      ? { max_tokens: olderLimit ?? defaultMaxTokens }
      : { max_completion_tokens: newerLimit }
  return {
    ...others,
    ...(maxTokens === undefined ? ownLimit : { max_tokens: maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(seed !== undefined && { seed }),
    ...(ignoreEos && { ignore_eos: true }),
    ...(minTokens !== undefined && { min_tokens: minTokens }),
    model,
    stream,
    ...(stream && includeUsage && { stream_options: { include_usage: true } }),
  }
}
