import { describeChange } from '../compare/describe-change.ts'
import { renderSearchVerdict } from '../compare/describe-search-verdict.ts'
import { nameOf } from '../level.ts'
import { describeMeasured } from './gates.ts'
import type { BenchResult } from '../result.ts'
import { isGoalMissed, judgedRuns } from '../sweep/judged-runs.ts'
import { renderAnswer } from '../sweep/render-answer.ts'
import { renderReport } from './report.ts'

/** JUnit's XML, as CI systems read it: a suite for each run, a case for each --fail-if and one for the verdict. */
export const encodeJunit = (results: BenchResult[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${encodeSearch(results)}${judgedRuns(results).map(encodeSuite).join('')}</testsuites>\n`

type Case = { name: string; failure: string | undefined }

const encodeSuite = (result: BenchResult): string => {
  const cases = [
    judgeRequests(result),
    judgeVerdict(result),
    ...result.thresholds.map(judgeThreshold),
    ...judgeBaseline(result),
  ]
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const name = escape(`sluice bench: ${result.target.model}, ${nameOf(result)}`)
  const head = `  <testsuite name="${name}" tests="${cases.length}" failures="${failures}" timestamp="${result.started_at}" time="${result.duration_s}">\n`
  // CI systems show it beside the cases: what failed is read without looking for the artifact.
  const report = `    <system-out>${escape(renderReport(result))}</system-out>\n`
  return `${head}${cases.map(encodeCase).join('')}${report}  </testsuite>\n`
}

/** Of a search: whether a load met its limits, and whether the answer is no worse than an earlier one. */
const encodeSearch = (results: BenchResult[]): string => {
  if (results[0]?.sweep === undefined) return ''
  const wanted = results[0].sweep.goodput_share !== null
  const cases = [...(wanted ? [judgeGoal(results)] : []), ...judgeSearchBaseline(results)]
  if (cases.length === 0) return ''
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const head = `  <testsuite name="${escape(`sluice bench: ${results[0].target.model}, search`)}" tests="${cases.length}" failures="${failures}">\n`
  return `${head}${cases.map(encodeCase).join('')}  </testsuite>\n`
}

const judgeGoal = (results: BenchResult[]): Case => ({
  name: 'a load meets the goal',
  failure: isGoalMissed(results) ? renderAnswer(results)[0] : undefined,
})

/** As of latencies: no answer is no failure. */
const judgeSearchBaseline = (results: BenchResult[]): Case[] =>
  results.flatMap(({ search_baseline: verdict }) => {
    if (verdict === undefined) return []
    const failed = verdict.outcome === 'fail' || verdict.outcome === 'incomparable'
    const failure = failed ? renderSearchVerdict(verdict).join('').trim() : undefined
    return [{ name: `highest load not lower than in ${verdict.file}`, failure }]
  })

const judgeRequests = ({ requests: { succeeded, failed } }: BenchResult): Case => ({
  name: 'requests succeed',
  failure: succeeded > 0 ? undefined : `none of ${failed} succeeded`,
})

const judgeVerdict = ({ verdict: { status, reasons } }: BenchResult): Case => ({
  name: 'the run is believable',
  failure: status === 'INVALID' ? `INVALID: ${reasons.join('; ')}` : undefined,
})

const judgeThreshold = (verdict: BenchResult['thresholds'][number]): Case => ({
  name: `not ${verdict.expression}`,
  failure: verdict.passed ? undefined : describeMeasured(verdict),
})

/** Only a certain slowdown fails: too few requests for an answer is what the exit code is for. */
const judgeBaseline = ({ baseline }: BenchResult): Case[] => {
  if (baseline === undefined) return []
  const slower = baseline.metrics.filter(({ outcome }) => outcome === 'fail')
  const failures = {
    pass: undefined,
    inconclusive: undefined,
    fail: slower.map((metric) => `${metric.metric} ${describeChange(metric).change}`).join('; '),
    incomparable: `the runs differ in ${baseline.differences.join(', ')}`,
  }
  return [{ name: `not slower than ${baseline.file}`, failure: failures[baseline.outcome] }]
}

const encodeCase = ({ name, failure }: Case): string => {
  const head = `    <testcase classname="sluice.bench" name="${escape(name)}"`
  return failure === undefined
    ? `${head}/>\n`
    : `${head}>\n      <failure message="${escape(failure)}"/>\n    </testcase>\n`
}

/** XML 1.0 has no way at all to write most control characters, and one of them spoils the file. */
const escape = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
