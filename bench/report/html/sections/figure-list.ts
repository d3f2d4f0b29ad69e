import type { BenchResult } from '../../../result.ts'
import { listFigures } from '../../list-figures.ts'
import { markup, type Markup } from '../markup.ts'

/** Every single figure of a run, in the words of the report for the screen. */
export const renderFigureList = (result: BenchResult): Markup | undefined => {
  const figures = listFigures(result)
  if (figures.length === 0) return undefined
  return markup`<section>
    <h2>Figures</h2>
    <dl class="card figures">
      ${figures.map(
        ([name, value]) =>
          markup`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </section>`
}
