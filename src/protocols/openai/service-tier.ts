import { z } from 'zod'
import type { Priority, RouteContext } from '../protocol.ts'

/** OpenAI's tiers as priorities. `auto` is the caller's own class; `priority` is it too, for nobody can raise it. */
const wishes = {
  auto: undefined,
  default: 'normal',
  flex: 'low',
  priority: undefined,
} as const satisfies Record<string, Priority | undefined>

const tiers = { high: 'priority', normal: 'default', low: 'flex' } as const satisfies Record<Priority, string>
export type ServiceTier = (typeof tiers)[Priority]

export const priorityParameters = {
  service_tier: z.enum(Object.keys(wishes) as (keyof typeof wishes)[]).nullish(),
  /** vLLM's: smaller is earlier, and 0 is everybody's. */
  priority: z.int().nullish(),
}

type Asked = {
  service_tier?: keyof typeof wishes | null | undefined
  priority?: number | null | undefined
}

/** Asks for the class that the body names. Returns the tier that it came to, where the answer has to say so. */
export function requestTier(
  { service_tier: tier, priority }: Asked,
  context: Pick<RouteContext, 'prefer'>,
): ServiceTier | undefined {
  if (tier == null && priority == null) return undefined
  if (priority != null && priority >= 0) context.prefer(priority > 0 ? 'low' : 'normal')
  const given = context.prefer((tier && wishes[tier]) ?? 'high')
  return tier == null ? undefined : tiers[given]
}
