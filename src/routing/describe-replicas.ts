import type { Replica } from '../engine/replica.ts'
import { AppError } from '../errors.ts'

/** Long enough for a worker to be restarted. */
const retryAfterMs = 5000

/** None of them comes back by waiting a little. */
export const areHopeless = (replicas: readonly Replica[]): boolean =>
  replicas.length > 0 && replicas.every(({ state }) => state === 'failed' || state === 'stopped')

/** Why no replica takes a request for the model: what each worker is doing. */
export function describeNoneServes(
  model: string,
  replicas: readonly Replica[],
  last: AppError | undefined,
): AppError {
  const states = replicas.map(({ id, state, lastError }) =>
    state === 'serving' ? `${id} was lost or cannot take it` : `${id} is ${describeState(state, lastError)}`,
  )
  const known = replicas.flatMap(({ lastError }) => lastError ?? [])
  const cause = last ?? known.at(-1)
  const said = last !== undefined && !known.includes(last) ? `; the last error: ${last.message}` : ''
  return new AppError(
    'worker_lost',
    `no worker serves ${model} at the moment: ${states.join(', ') || 'none is connected'}${said}`,
    { retryAfterMs, cause },
  )
}

const describeState = (state: Replica['state'], lastError: AppError | undefined): string => {
  const word = state === 'failed' ? 'out of service' : state
  return lastError === undefined ? word : `${word} (${lastError.message})`
}
