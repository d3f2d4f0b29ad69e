import type { Condition } from '../gateway/settings.ts'
import type { ReplicaSet } from '../routing/replica-set.ts'

type LoadedModel = { model: string; replicas: Pick<ReplicaSet, 'replicas' | 'breaker'> }

/**
 * What open breakers mean for `/ready`. One provider that is down must not take a daemon out of its service: other
 * models go on, and an answer with the reason is better than no endpoint. Where nothing that is loaded could answer,
 * others are better asked. Half-open is enough to be ready again: the probe has to come from somewhere.
 */
export function describeBreakers(loaded: LoadedModel[]): Condition[] {
  const seen = loaded.map(look)
  const conditions = seen.flatMap(({ model, open, all, takesRequests }): Condition[] => {
    if (open.length === 0) return []
    const alone = `left alone after failures, tried again within ${Math.ceil(soonest(open) / 1000)} s`
    const rest = takesRequests ? 'others take its requests' : 'its requests are refused until then'
    return [{ name: `model ${model}`, degraded: `${open.length} of ${all} workers ${alone}; ${rest}` }]
  })
  if (seen.length === 0 || !seen.every(({ open, takesRequests }) => open.length > 0 && !takesRequests))
    return conditions
  return [...conditions, { name: 'models', degraded: 'no loaded model takes requests', unready: true }]
}

function look({ model, replicas: set }: LoadedModel) {
  const members = set
    .replicas()
    .map(({ id, state }) => ({ serves: state === 'serving', breaker: set.breaker(id) }))
  const open = members.flatMap(({ breaker }) => (breaker?.state === 'open' ? [breaker] : []))
  const takesRequests = members.some(({ serves, breaker }) => serves && breaker?.state !== 'open')
  return { model, open, all: members.length, takesRequests }
}

const soonest = (open: { retryInMs: number }[]) => Math.min(...open.map(({ retryInMs }) => retryInMs))
