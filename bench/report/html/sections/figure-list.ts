import type { BenchResult } from '../../../result.ts'
import { describeServerMetrics, serverTitle } from '../../describe-server.ts'
import { listFigures } from '../../list-figures.ts'
import { markup, type Markup } from '../markup.ts'

/** Every single figure of a run, in the words of the report for the screen. */
export const renderFigureList = (result: BenchResult): Markup | undefined =>
  renderList('Figures', listFigures(result))

/** Empty where the server tells nothing of itself. */
export const renderServerFigures = (result: BenchResult): Markup | undefined =>
  renderList(serverTitle(result), describeServerMetrics(result))

const renderList = (title: string, figures: [string, string][]): Markup | undefined => {
  if (figures.length === 0) return undefined
  return markup`<section>
    <h2>${title}</h2>
    <dl class="card figures">
      ${figures.map(
        ([name, value]) =>
          markup`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </section>`
}
