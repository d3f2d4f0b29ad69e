import { AppError } from '../errors.ts'
import type { HeldBack } from './roster-members.ts'

/** Why a request is refused though workers are there: what made each of their breakers open, and for how long. */
export function describeHeldBack(model: string, { retryAfterMs, views }: HeldBack): AppError {
  const states = views.map(({ id, view }) => {
    const why = view.lastError ? ` (${view.lastError.message})` : ''
    return view.state === 'half-open'
      ? `${id} is being tried again${why}`
      : `${id} has failed repeatedly${why}`
  })
  const cause = views.find(({ view }) => view.lastError)?.view.lastError
  return new AppError(
    'circuit_open',
    `${model} takes no requests at the moment: ${states.join(', ')}; the next one is let through in ${formatSeconds(retryAfterMs)}`,
    { retryAfterMs, details: { workers: views.map(({ id }) => id).join(', ') }, cause },
  )
}

const formatSeconds = (ms: number): string => `${Math.max(0.1, Math.round(ms / 100) / 10)} s`
