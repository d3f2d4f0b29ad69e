import { renderVllm } from '../compat/render-vllm.ts'
import type { BenchResult } from '../result.ts'
import { renderExplanation } from './explain.ts'
import { renderRuns } from './render-runs.ts'

export type Reading = { format: string; explain: boolean; columns: number }

/** Saved runs as they were printed when they were measured. */
export const renderSaved = (results: BenchResult[], { format, explain, columns }: Reading): string => {
  const shown = format === 'vllm' ? results.map(renderVllm).join('').trimEnd() : renderRuns(results, columns)
  return explain ? `${shown}\n\n${renderExplanation(results, columns)}` : shown
}
