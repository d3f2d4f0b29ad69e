import { describeRepeats } from '../../../repeat/describe-repeats.ts'
import { repeatHead, rowsOf, titleOf } from '../../../repeat/render-repeats.ts'
import type { BenchResult } from '../../../result.ts'
import { markup, type Markup } from '../markup.ts'

/** Medians of the runs at each load, and how far runs lie apart. */
export const renderRepeatSection = (results: BenchResult[]): Markup =>
  markup`<section>
    <h2>Over all runs</h2>
    <div class="stack">
      ${describeRepeats(results).map(
        (load) =>
          markup`<div class="card panel scroll">
            <table>
              <thead>
                <tr>
                  <th>${titleOf(load)}</th>
                  ${repeatHead.slice(1).map((name) => markup`<th>${name}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${rowsOf(load).map(
                  ([name, ...cells]) =>
                    markup`<tr>
                      <th>${name}</th>
                      ${cells.map((cell) => markup`<td>${cell}</td>`)}
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`,
      )}
    </div>
  </section>`
