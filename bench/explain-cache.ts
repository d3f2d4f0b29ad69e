import type { NoteFacts } from './notes.ts'
import { formatNumber, formatShare } from './report/format-number.ts'

/** Above this share of the prompt tokens a prefix cache bends TTFT. */
const tolerated = 0.01

type CacheFacts = Pick<NoteFacts, 'options' | 'prompts' | 'recorded' | 'serverMetrics' | 'cacheReset'>

/** Prompts that were made to differ from their first word, and were found in a cache all the same. */
export const explainCache = ({
  options: { prompts: asked, load },
  prompts,
  recorded: { tokens, succeeded },
  serverMetrics,
  cacheReset,
}: CacheFacts): string | undefined => {
  const disjoint =
    prompts.nonce !== undefined &&
    !(load.mode === 'closed' && load.session !== undefined) &&
    (asked.kind === 'built-in' || (asked.kind === 'random' && asked.prefixLen === 0))
  const { prompt = 0, cachedPrompt } = tokens
  const share =
    cachedPrompt === undefined ? serverMetrics?.cache_hit_rate : prompt === 0 ? 0 : cachedPrompt / prompt
  if (!disjoint || share === undefined || share < tolerated) return undefined
  const each = cachedPrompt === undefined ? '' : ` (${formatNumber(cachedPrompt / succeeded, 1)} a request)`
  const advice =
    cacheReset === undefined
      ? '; --reset-cache empties it where the server can'
      : ', and it was emptied before'
  return `${formatShare(share)} of the prompt tokens${each} came from the server's prefix cache, though no two prompts begin alike. Prompts share their chat template; what is more than that was in the cache already${advice}`
}
