import { renderVllm } from './compat/render-vllm.ts'
import { describeVllm } from './compat/vllm-result.ts'
import type { OutputChoice } from './flags/decode-output.ts'
import type { BenchOptions } from './options.ts'
import { waitUntilReady } from './ready/wait-until-ready.ts'
import { isRepeated } from './repeat/describe-repeats.ts'
import { judgeRepeats } from './repeat/judge-repeats.ts'
import { renderRepeats } from './repeat/render-repeats.ts'
import { renderExplanation } from './report/explain.ts'
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
  const { options, plan, thresholds, steady, screen, output } = settings
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
    screen.write(renderOne(view, settings))
    results.push(result)
    if (result.interrupted) break
  }
  if (isRepeated(results)) judgeRepeats(results)
  if (results.length > 1 && output.format === 'table') screen.write(`${renderTogether(results)}\n`)
  if (output.explain) screen.write(`\n${renderExplanation(results, columnsOf(screen))}\n`)
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

/** What several runs say together. */
const renderTogether = (results: BenchResult[]): string =>
  isRepeated(results)
    ? `\n${renderRepeats(results)}`
    : [renderSweep(results), ...renderAnswer(results)].join('\n')

const columnsOf = (screen: NodeJS.WriteStream): number => Math.min(screen.columns || 100, 120)

/** A script reads vLLM's block alone; what it must not be read without goes beside it. */
const renderOne = (result: BenchResult, { plan, output, screen }: MeasureSettings): string => {
  if (output.format === 'table') return plan.render(result, columnsOf(screen))
  const { status, reasons } = result.verdict
  const failed = result.requests.sent === 0 ? result.warm_up.errors : result.errors
  for (const reason of reasons) process.stderr.write(`${status}: ${reason}\n`)
  for (const { count, kind, message } of failed)
    process.stderr.write(`${count} failed, ${kind}: ${message}\n`)
  return renderVllm(result)
}
