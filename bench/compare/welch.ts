import { deviationOf, meanOf } from '../repeat/describe-repeats.ts'
import { studentT } from '../repeat/student-t.ts'
import type { Change } from './bootstrap.ts'
import { confidence } from './comparison.ts'

/** Welch's interval of the difference of logarithms, which is the ratio; whole degrees of freedom, rounded down. */
export const welchChange = (before: number[], after: number[]): Change => {
  const [left, right] = [before.map(Math.log), after.map(Math.log)]
  const estimate = meanOf(right) - meanOf(left)
  const [first, second] = [left, right].map((values) => deviationOf(values) ** 2 / values.length) as [
    number,
    number,
  ]
  const error = Math.sqrt(first + second)
  const degrees =
    error === 0
      ? 1
      : Math.max(
          1,
          Math.floor(
            (first + second) ** 2 / (first ** 2 / (left.length - 1) + second ** 2 / (right.length - 1)),
          ),
        )
  const reach = error === 0 ? 0 : studentT(confidence, degrees) * error
  return {
    estimate: Math.expm1(estimate),
    lower: Math.expm1(estimate - reach),
    upper: Math.expm1(estimate + reach),
  }
}
