import type { BenchResult } from '../../../result.ts'
import { formatCount, formatNumber } from '../../format-number.ts'
import { markup, type Markup } from '../markup.ts'
import { toneOf } from './headline.ts'

/** Which programs a merged result came from: to tell which of them was the odd one. */
export const renderLoadGenerators = ({ merged_from: parts }: BenchResult): Markup | undefined =>
  parts === undefined
    ? undefined
    : markup`<div class="card panel scroll">
        <table>
          <thead>
            <tr>
              <th>Load generator</th>
              <th>Machine</th>
              <th>Started</th>
              <th>Seconds</th>
              <th>Succeeded</th>
              <th>Failed</th>
              <th>Seed</th>
              <th>Verdict</th>
            </tr>
          </thead>
          <tbody>
            ${parts.map(
              ({ file, environment, started_at: started, duration_s: seconds, requests, seed, verdict }) =>
                markup`<tr>
                  <th>${file}</th>
                  <td>${environment.cpus} × ${environment.cpu_model}</td>
                  <td>${started.slice(11, 23)}</td>
                  <td>${formatNumber(seconds, 1)}</td>
                  <td>${formatCount(requests.succeeded)}</td>
                  <td>${formatCount(requests.failed)}</td>
                  <td>${String(seed ?? '-')}</td>
                  <td><b class="${toneOf(verdict.status)}">${verdict.status}</b></td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`
