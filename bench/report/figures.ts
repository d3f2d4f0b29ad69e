import type { BenchResult } from '../result.ts'
import { listFigures } from './list-figures.ts'
import { wrap } from './wrap.ts'

/** The block of single figures above the table, one to a line. */
export const renderFigures = (result: BenchResult, columns = 100): string => {
  const indent = ' '.repeat(22)
  return listFigures(result)
    .map(([name, value]) => wrap(value, columns, `  ${name.padEnd(20)}`, indent))
    .join('\n')
}
