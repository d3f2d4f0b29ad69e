import type { BenchOptions } from './options.ts'
import { startProgress } from './report/progress.ts'
import { renderSweep } from './report/sweep-table.ts'
import type { BenchResult } from './result.ts'
import { runBench } from './run.ts'
import { viewSteady } from './steady/steady-view.ts'
import type { LoadPlan } from './sweep/load-plan.ts'
import { renderAnswer } from './sweep/render-answer.ts'
import { evaluateThresholds, type Threshold } from './thresholds.ts'

export type MeasureSettings = {
  options: Omit<BenchOptions, 'load'>
  plan: LoadPlan
  thresholds: Threshold[]
  /** Show and judge the steady part of each run. */
  steady: boolean
  /** Where reports go; progress goes to stderr. */
  screen: NodeJS.WriteStream
  signal: AbortSignal
  version: string
  /** Secrets replaced. */
  argv: string[]
}

/** Runs one load after the other, prints each when it is measured, and a table of all and what they say at the end. */
export const measurePlan = async (settings: MeasureSettings): Promise<BenchResult[]> => {
  const { options, plan, thresholds, steady, screen } = settings
  const results: BenchResult[] = []
  for (let load = plan.next(results); load !== undefined; load = plan.next(results)) {
    const result = await measureLoad({ ...options, load }, settings)
    if (plan.goal !== undefined) result.sweep = plan.goal
    const view = steady ? viewSteady(result) : result
    view.thresholds = result.thresholds = evaluateThresholds(thresholds, view)
    screen.write(plan.render(view, Math.min(screen.columns || 100, 120)))
    results.push(result)
    if (result.interrupted) break
  }
  if (results.length > 1) screen.write(`${[renderSweep(results), ...renderAnswer(results)].join('\n')}\n`)
  return results
}

const measureLoad = async (
  options: BenchOptions,
  { signal, version, argv }: MeasureSettings,
): Promise<BenchResult> => {
  let progress = { stop: () => {} }
  try {
    return await runBench(options, {
      signal,
      onStart: (live) => (progress = startProgress(process.stderr, live, signal)),
      version,
      argv,
    })
  } finally {
    progress.stop()
  }
}
