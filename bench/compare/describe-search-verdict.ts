import { formatNumber } from '../report/format-number.ts'
import type { LimitChange } from './search-verdict.ts'
import type { SearchVerdict } from './search-verdict.ts'

/** The two answers and what lies between them, in the words of all reports. */
export const describeAnswers = ({ before, after, change, unit }: SearchVerdict): string => {
  const found = `${before ?? 'none'} then, ${after ?? 'none'} now (${unit})`
  return change === null || before === null ? found : `${found}: ${describeChange(change)}`
}

const describeChange = ({ estimate, lower, upper }: LimitChange): string => {
  const range = upper === null ? `at least ${percent(lower)}` : `${percent(lower)} to ${percent(upper)}`
  return `${percent(estimate)}, with 99.5 % confidence ${range}`
}

/** The outcome with its reason. Sentences for the terminal, the page and Markdown. */
export const renderSearchVerdict = (verdict: SearchVerdict): string[] => {
  const { file, outcome, differences, compared } = verdict
  const differ = differences.length > 0 ? `the two differ in ${differences.join(', ')}` : ''
  if (outcome === 'incomparable') {
    return [`baseline ${file}: not compared, as ${differ}. Search both alike, or give --force-baseline`]
  }
  const what = compared === 'goal' ? 'highest load' : 'knee'
  return [
    `baseline ${file}${differ && `, although ${differ}`}: ${what} ${describeAnswers(verdict)}`,
    `  ${outcome.toUpperCase()}: ${explain(verdict)}`,
  ]
}

const explain = (verdict: SearchVerdict): string => {
  const { outcome, compared, latency, change, max_regression: allowed } = verdict
  const limit = `${formatNumber(allowed * 100, 1)} %`
  const slower = 'at the load found it is certainly slower than it was'
  if (compared === 'knee') return explainKnee(verdict, slower)
  if (outcome === 'fail') return latency === 'fail' ? slower : `the limit is certainly lower, and by more than ${limit}` // prettier-ignore
  if (outcome === 'pass') return `the limit is certainly not lower by more than ${limit}`
  if (change === null) return 'one of the two files does not say which requests kept the limits, or met them nowhere' // prettier-ignore
  return 'too few requests near the limit to say; raise --requests or --duration in both'
}

const explainKnee = ({ outcome, latency }: SearchVerdict, slower: string): string => {
  if (latency === null) return 'the baseline has no run at the load found, and a knee alone has no certainty'
  if (outcome === 'fail') return slower
  return outcome === 'pass'
    ? 'at the load found it is not slower than it was'
    : 'at the load found there are too few requests to say; raise --requests or --duration in both'
}

const percent = (share: number): string => `${share > 0 ? '+' : ''}${formatNumber(share * 100, 1)} %`
