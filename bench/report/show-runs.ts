import { renderVllm } from '../compat/render-vllm.ts'
import type { OutputChoice } from '../flags/decode-output.ts'
import { isRepeated } from '../repeat/describe-repeats.ts'
import { renderRepeats } from '../repeat/render-repeats.ts'
import type { BenchResult } from '../result.ts'
import type { LoadPlan } from '../sweep/load-plan.ts'
import { renderAnswer } from '../sweep/render-answer.ts'
import { renderExplanation } from './explain.ts'
import { columnsOf } from './columns-of.ts'
import { describeGate } from './gates.ts'
import { renderSweep } from './sweep-table.ts'

type Show = { plan: LoadPlan; output: OutputChoice; screen: NodeJS.WriteStream }

/** A run as soon as it is measured. A script reads vLLM's block alone; what it must not be read without goes beside it. */
export const showRun = (result: BenchResult, { plan, output, screen }: Show): void => {
  if (output.format === 'table') return void screen.write(plan.render(result, columnsOf(screen)))
  const { status, reasons } = result.verdict
  const failed = result.requests.sent === 0 ? result.warm_up.errors : result.errors
  say(reasons.map((reason) => `${status}: ${reason}`))
  say(failed.map(({ count, kind, message }) => `${count} failed, ${kind}: ${message}`))
  screen.write(renderVllm(result))
}

/** What all of them say together. */
export const showTogether = (results: BenchResult[], { output, screen }: Show): void => {
  if (output.format === 'vllm')
    say(results.flatMap(({ thresholds }) => thresholds.map((verdict) => describeGate(verdict))))
  else if (isRepeated(results)) screen.write(`\n${renderRepeats(results, columnsOf(screen))}\n`)
  else if (results.length > 1) {
    screen.write(`${[renderSweep(results, columnsOf(screen)), ...renderAnswer(results)].join('\n')}\n`)
  }
  if (output.explain) screen.write(`\n${renderExplanation(results, columnsOf(screen))}\n`)
}

const say = (lines: string[]): void => {
  for (const line of lines) process.stderr.write(`${line}\n`)
}
