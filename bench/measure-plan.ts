import { describeVllm } from './compat/describe-vllm.ts'
import type { OutputChoice } from './flags/decode-output.ts'
import type { BenchOptions } from './options.ts'
import { waitUntilReady } from './ready/wait-until-ready.ts'
import { isRepeated } from './repeat/describe-repeats.ts'
import { judgeRepeats } from './repeat/judge-repeats.ts'
import { startProgress } from './report/progress.ts'
import { showRun, showTogether } from './report/show-runs.ts'
import type { BenchResult } from './result.ts'
import { runBench } from './run.ts'
import { viewSteady } from './steady/steady-view.ts'
import type { LoadPlan } from './sweep/load-plan.ts'
import { evaluateThresholds, type Threshold } from './thresholds.ts'

export type MeasureSettings = {
  options: Omit<BenchOptions, 'load'>
  plan: LoadPlan
  thresholds: Threshold[]
  /** Waits so long for the server to answer before anything is measured. */
  readyTimeoutMs?: number | undefined
  /** Show and judge the steady part of each run. */
  steady: boolean
  /** In which form, and what else is kept with each result. */
  output: OutputChoice
  /** Where reports go; progress goes to stderr. */
  screen: NodeJS.WriteStream
  signal: AbortSignal
  version: string
  /** Secrets replaced. */
  argv: string[]
}

/** Runs one load after the other, prints each when it is measured, and a table of all and what they say at the end. */
export const measurePlan = async (settings: MeasureSettings): Promise<BenchResult[]> => {
  const { options, plan, thresholds, steady, output } = settings
  const results: BenchResult[] = []
  if (settings.readyTimeoutMs !== undefined) {
    process.stderr.write(`waiting until ${options.url} is ready\n`)
    await waitUntilReady(options, { timeoutMs: settings.readyTimeoutMs, signal: settings.signal })
  }
  for (let load = plan.next(results); load !== undefined; load = plan.next(results)) {
    const result = await measureLoad({ ...options, load }, settings)
    if (plan.goal !== undefined) result.sweep = plan.goal
    if (plan.repeatOf !== undefined) result.repeat = plan.repeatOf(results.length)
    const view = steady ? viewSteady(result) : result
    view.thresholds = result.thresholds = evaluateThresholds(thresholds, view)
    if (output.metadata !== undefined) view.metadata = result.metadata = output.metadata
    view.compat = result.compat = { vllm: describeVllm(result, output.vllm) }
    showRun(view, settings)
    results.push(result)
    if (result.interrupted) break
  }
  if (isRepeated(results)) judgeRepeats(results)
  showTogether(results, settings)
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
