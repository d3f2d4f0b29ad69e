import type { BenchResult } from '../../../result.ts'
import { runStatuses, type RunStatus } from '../../../verdict/judge-run.ts'
import { judgedRuns } from '../../../sweep/judged-runs.ts'
import { tellingRuns } from '../../../sweep/telling-runs.ts'
import { inOrderOfLoad, levelOf, nameOf } from '../../../level.ts'
import { plural } from '../../../plural.ts'
import { describeLoad } from '../../describe-load.ts'
import { listGates } from '../../gates.ts'
import { formatDuration } from '../figure-text.ts'
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
  const [tone, verdict] = meanings[worst]
  const failed = results.every(({ requests }) => requests.succeeded === 0)
  const meaning = failed ? 'no request succeeded' : verdict
  const reasons = (failed ? [] : telling).flatMap((result) =>
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
      markup`<div class="reasons ${tone}">
        ${listReasons(reasons.slice(0, mostReasons))}${
          reasons.length > mostReasons &&
          markup`<details>
            <summary>${plural(reasons.length - mostReasons, 'more reason')}</summary>
            ${listReasons(reasons.slice(mostReasons))}
          </details>`
        }
      </div>`
    }`
}

/** More of them would push the figures off the first screen. */
const mostReasons = 3

const listReasons = (reasons: string[]): Markup =>
  markup`<ul>
    ${reasons.map((reason) => markup`<li>${reason}</li>`)}
  </ul>`

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

/** What all of them begin or end with is said once: concurrency 1, 4, 16. */
const joinLevels = (levels: string[]): string => {
  const [first, ...others] = levels.map((level) => level.split(' ')) as [string[], ...string[][]]
  if (others.every(([word]) => word === first[0]))
    return [levels[0], ...others.map((words) => words.at(-1))].join(', ')
  return [...levels.slice(0, -1).map((level) => level.split(' ')[0]), levels.at(-1)].join(', ')
}

const describeRuns = (results: BenchResult[]): string => {
  const [first] = results as [BenchResult]
  const sent = results.reduce((sum, { requests }) => sum + requests.sent, 0)
  const seconds = results.reduce((sum, { duration_s: duration }) => sum + duration, 0)
  const levels = [...new Set(inOrderOfLoad(results).map(levelOf))]
  const load =
    results.length > 1
      ? `${plural(levels.length, 'load')} (${joinLevels(levels)})`
      : describeLoad(first.configuration)
  return `${load} · ${plural(sent, 'request')} in ${formatDuration(seconds)}`
}
