import { randomUUID } from 'node:crypto'
import type { Generation, RouteContext } from '../protocol.ts'
import type { ServiceTier } from './service-tier.ts'

/** Stable, so that clients which compare it see one backend. */
const fingerprint = 'fp_sluice'

export type AnswerHeader = {
  id: string
  object: string
  created: number
  model: string
  system_fingerprint: string
  /** Only where the request named one: the tier that it got. */
  service_tier?: ServiceTier
}

/** The fields that begin an answer and each of its chunks, always the same. */
export const createAnswerHeader = (
  kind: { prefix: 'chatcmpl' | 'cmpl'; object: string },
  context: Pick<RouteContext, 'created'>,
  generation: Pick<Generation, 'model'>,
  tier?: ServiceTier,
): AnswerHeader => ({
  id: `${kind.prefix}-${randomUUID().replaceAll('-', '')}`,
  object: kind.object,
  created: context.created,
  model: generation.model,
  system_fingerprint: fingerprint,
  ...(tier && { service_tier: tier }),
})
