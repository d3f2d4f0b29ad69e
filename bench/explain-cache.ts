import type { NoteFacts } from './note-facts.ts'
import { formatNumber, formatShare } from './report/format-number.ts'

/** Above this share of the prompt tokens a prefix cache bends TTFT. */
const tolerated = 0.01
/** In tokens, where nobody has counted it: llama 3's with its date, Qwen's with its system prompt have 25 to 30. */
const longTemplate = 40

/** Prompts that were made to differ from their first word, and were found in a cache all the same. */
export const explainCache = (facts: NoteFacts): string | undefined => {
  const { prompts, recorded, cacheReset, serverMetrics } = facts
  const { prompt = 0, cachedPrompt } = recorded.tokens
  const share =
    cachedPrompt === undefined ? serverMetrics?.cache_hit_rate : prompt === 0 ? 0 : cachedPrompt / prompt
  if (!areDisjoint(facts) || share === undefined || share < tolerated) return undefined
  const each = cachedPrompt === undefined ? undefined : cachedPrompt / recorded.succeeded
  const found = `${formatShare(share)} of the prompt tokens${each === undefined ? '' : ` (${formatNumber(each, 1)} a request)`} came from the server's prefix cache, though each prompt begins differently (nonce ${prompts.nonce})`
  const template = prompts.calibration?.by === 'usage' ? prompts.calibration.overhead : undefined
  if (each !== undefined && each <= (template ?? longTemplate) + 1)
    return `${found}: no more than ${template === undefined ? 'a' : 'the'} chat template, which all share`
  const size = template === undefined ? '' : ` (${formatNumber(template, 0)} tokens)`
  const advice = cacheReset === undefined ? '; --reset-cache empties it, where the server can' : ''
  return `${found}. They share the chat template${size} and nothing else; more than that was in the cache before, or other clients put it there${advice}`
}

const areDisjoint = ({ options: { prompts: asked, load }, prompts }: NoteFacts): boolean =>
  prompts.nonce !== undefined &&
  load.session === undefined &&
  (asked.kind === 'built-in' || (asked.kind === 'random' && asked.prefixLen === 0))
