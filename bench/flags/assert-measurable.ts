import type { BenchOptions } from '../options.ts'
import type { Threshold } from '../thresholds.ts'
import { AppError } from '../../src/errors.ts'

/** A condition on what no run with these options can measure would fail after the whole run: it is refused before. */
export const assertMeasurable = (
  thresholds: Threshold[],
  { stream, goodput = {} }: Pick<BenchOptions, 'stream' | 'goodput'>,
): void => {
  for (const { expression, metric } of thresholds) {
    if (metric.startsWith('goodput') && Object.keys(goodput).length === 0) {
      throw refuse(expression, 'goodput needs its limits: --goodput ttft:500 tpot:50')
    }
    if (!stream && /^(service_)?(ttft|tpot|itl|chunk_gap|delivery)_/.test(metric)) {
      throw refuse(expression, 'it needs streamed answers, and these are not; use e2e')
    }
  }
}

const refuse = (expression: string, reason: string): AppError =>
  new AppError('invalid_request', `--fail-if "${expression}": ${reason}`, { param: 'fail-if' })
