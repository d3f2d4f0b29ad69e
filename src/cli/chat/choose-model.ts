import { AppError } from '../../errors.ts'
import type { ModelChoice } from './completer.ts'
import { findNearest } from '../nearest.ts'

/** The wanted model, by id or alias; without a wish the first loaded one, else the first there is. */
export function chooseModel(choices: ModelChoice[], wanted: string | undefined): string {
  if (wanted === undefined) {
    const chosen = choices.find((choice) => choice.loaded) ?? choices[0]
    if (chosen !== undefined) return chosen.id
    throw new AppError('model_not_found', 'there is no model yet; get one with "sluice pull FILE|URL"')
  }
  const found = choices.find((choice) => choice.id === wanted || choice.aliases?.includes(wanted))
  if (found !== undefined) return found.id
  const names = choices.map((choice) => choice.id)
  const nearest = findNearest(wanted, names)
  const advice = nearest ? `did you mean "${nearest}"?` : `there is: ${names.join(', ') || 'none yet'}`
  throw new AppError('model_not_found', `there is no model "${wanted}"; ${advice}`)
}
