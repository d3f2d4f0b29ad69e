import type { BenchResult } from '../../../result.ts'
import { runStatuses, type RunStatus } from '../../../verdict/judge-run.ts'
import { judgedRuns } from '../../../sweep/judged-runs.ts'
import { tellingRuns } from '../../../sweep/telling-runs.ts'
import { inOrderOfLoad, levelOf, nameOf } from '../../../level.ts'
import { plural } from '../../../plural.ts'
import { describeLoad } from '../../describe-load.ts'
import { formatCount } from '../../format-number.ts'
import { listGates } from '../../gates.ts'
import { markup, type Markup } from '../markup.ts'

const meanings: Record<RunStatus, [tone: string, meaning: string]> = {
  VALID: ['good', 'the figures are the server’s'],
  DEGRADED: ['fair', 'read the figures with the reasons below'],
  INVALID: ['bad', 'the figures say more about the load generator'],
}

export const toneOf = (status: RunStatus): string => meanings[status][0]

/** What was measured, and whether to believe it: the first thing to read. */
export const renderHeadline = (results: BenchResult[]): Markup => {
  const [first] = results as [BenchResult]
  const telling = tellingRuns(results)
  const worst = runStatuses[Math.max(...telling.map(({ verdict }) => runStatuses.indexOf(verdict.status)))]!
  const [tone, meaning] = meanings[worst]
  const reasons = telling.flatMap((result) =>
    result.verdict.reasons.map((reason) => (results.length > 1 ? `${nameOf(result)}: ${reason}` : reason)),
  )
  return markup`<div class="lead">
      <div class="badges">
        <p class="badge ${tone}">${worst} <span>${meaning}</span></p>
        ${renderGates(results)}${
          results.some(({ interrupted }) => interrupted) &&
          markup`<p class="badge fair">INTERRUPTED <span>what had ended by then</span></p>`
        }
      </div>
      <h1>${first.target.model}</h1>
      <p>
        ${first.target.base_url} · ${first.target.endpoint},
        ${first.configuration.stream ? 'streaming' : 'not streaming'} · ${describeRuns(results)}
      </p>
    </div>
    ${
      reasons.length > 0 &&
      markup`<ul class="reasons ${tone}">
        ${reasons.map((reason) => markup`<li>${reason}</li>`)}
      </ul>`
    }`
}

const renderGates = (results: BenchResult[]): Markup | undefined => {
  const gates = judgedRuns(results).flatMap(listGates)
  if (gates.length === 0) return undefined
  const failed = gates.filter(({ outcome }) => outcome === 'failed').length
  const open = gates.filter(({ outcome }) => outcome === 'open').length
  if (failed > 0)
    return markup`<p class="badge bad">FAIL <span>${failed} of ${plural(gates.length, 'gate')}</span></p>`
  if (open > 0) return markup`<p class="badge fair">INCONCLUSIVE <span>too few requests</span></p>`
  return markup`<p class="badge good">PASS <span>${plural(gates.length, 'gate')} kept</span></p>`
}

const describeRuns = (results: BenchResult[]): string => {
  const [first] = results as [BenchResult]
  const sent = results.reduce((sum, { requests }) => sum + requests.sent, 0)
  const seconds = results.reduce((sum, { duration_s: duration }) => sum + duration, 0)
  const levels = [...new Set(inOrderOfLoad(results).map(levelOf))]
  const load =
    results.length > 1
      ? `${plural(levels.length, 'load')} (${levels.join(', ')})`
      : describeLoad(first.configuration)
  return `${load} · ${formatCount(sent)} requests in ${seconds.toFixed(1)} s`
}
