import { basename } from 'node:path'
import Table from 'cli-table3'
import type { BenchOptions, Result } from './engine-measure.ts'

export function printReport(options: BenchOptions, results: readonly Result[]): void {
  const table = new Table({
    head: [
      'sequences',
      'sluice',
      'evaluate()',
      'ratio',
      'decode only',
      'evaluate()',
      'ratio',
      'steps by batch size',
    ],
    style: { head: [], border: [] },
  })
  for (const { sequences, own, evaluate, ratio, stepsByBatchSize } of results) {
    table.push([
      sequences,
      own.total.toFixed(1),
      evaluate.total.toFixed(1),
      `${ratio.total.toFixed(2)}x`,
      own.decode.toFixed(1),
      evaluate.decode.toFixed(1),
      `${ratio.decode.toFixed(2)}x`,
      Object.entries(stepsByBatchSize)
        .map(([size, steps]) => `${size}: ${steps}`)
        .join('  '),
    ])
  }
  console.log(
    `generated tokens/s, ${basename(options.model)}, ${options.promptTokens} + ${options.tokens} tokens per sequence, ` +
      `medians of ${options.rounds} rounds, UV_THREADPOOL_SIZE=${process.env.UV_THREADPOOL_SIZE}`,
  )
  console.log(table.toString())
}
