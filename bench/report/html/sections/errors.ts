import type { BenchResult } from '../../../result.ts'
import { formatCount } from '../../format-number.ts'
import { markup, type Markup } from '../markup.ts'

/** What failed, by kind; nothing where nothing did. */
export const renderErrors = ({ errors, warm_up: warmUp, requests }: BenchResult): Markup | undefined => {
  const shown = requests.sent === 0 ? warmUp.errors : errors
  if (shown.length === 0) return undefined
  return markup`<section>
    <h2>${requests.sent === 0 ? 'Errors while warming up' : 'Errors'}</h2>
    <div class="card panel scroll">
      <table class="words">
        <thead>
          <tr>
            <th>Requests</th>
            <th>Kind</th>
            <th>Message</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ kind, count, message, messages }) =>
              markup`<tr>
                <td>${formatCount(count)}</td>
                <td><b class="bad">${kind}</b></td>
                <td>${message}${messages > 1 && ` (and ${messages - 1} other messages)`}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
