import { createHash } from 'node:crypto'
import { inOrderOfLoad, nameOf } from '../../level.ts'
import type { BenchResult } from '../../result.ts'
import { isRepeated } from '../../repeat/describe-repeats.ts'
import { judgedRuns } from '../../sweep/judged-runs.ts'
import { renderAnswer } from '../../sweep/render-answer.ts'
import { renderChart } from './chart/render-chart.ts'
import { chartSweep } from './charts/sweep-charts.ts'
import { formatTime, formatThree } from './figure-text.ts'
import { markup, raw, type Markup } from './markup.ts'
import { script } from './script.ts'
import { renderFacts } from './sections/facts.ts'
import { renderGateSection } from './sections/gates-table.ts'
import { renderRepeatSection } from './sections/repeat-section.ts'
import { renderHeadline, toneOf } from './sections/headline.ts'
import { notesOfOne, renderNotes } from './sections/notes.ts'
import { renderRun } from './sections/run-section.ts'
import { renderTiles } from './sections/tiles.ts'
import { style } from './style.ts'

/** Nothing but our own style and script may run, and nothing may be fetched, whatever a server put into a name. */
const policy = (): string => {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`
}

/** The whole report as one file that needs nothing else. The same results always give the same text. */
export const renderPage = (results: BenchResult[]): string => {
  const [first] = results as [BenchResult]
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="sluice ${first.sluice_version}" />
        <title>${first.target.model}: sluice bench</title>
        <style>${raw(style)}</style>
      </head>
      <body>
        <header class="top">
          <div class="brand">${raw(mark)}sluice bench</div>
          <div>
            <time datetime="${first.started_at}">${first.started_at.slice(0, 16).replace('T', ' ')} UTC</time>
            <button id="theme" type="button" hidden>Dark</button>
          </div>
        </header>
        <main>
          ${renderHeadline(results)}
          ${results.length === 1 ? markup`${renderTiles(first)}${renderGateSection(results)}${renderRun(first, 'run')}` : renderSweep(results)}
          ${renderFacts(results)}
        </main>
        <footer>Made by sluice ${first.sluice_version}. What the figures mean: docs/bench.md.</footer>
        <script>${raw(script)}</script>
      </body>
    </html>
`.text
}

/** A gate in a stream. */
const mark =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 4v16M20 4v16M4 9c3-2.5 5 2.5 8 0s5 2.5 8 0M4 15c3-2.5 5 2.5 8 0s5 2.5 8 0"/></svg>'

const renderSweep = (results: BenchResult[]): Markup => {
  const answer = renderAnswer(results)
  return markup`<section>
      <h2>Load against throughput and latency</h2>
      <div class="stack">
      ${answer.length > 0 && markup`<ul class="card notes">${answer.map((line) => markup`<li>${line.trim()}</li>`)}</ul>`}
      <div class="grid">${balance(chartSweep(results)).map(renderChart)}</div>
      </div>
    </section>
    ${isRepeated(results) && renderRepeatSection(results)}
    ${renderGateSection(judgedRuns(results))}
    <section>
      <h2>Each load</h2>
      ${inOrderOfLoad(results).map(
        (result, index) =>
          markup`<details class="level card">
            <summary>
              <b>${nameOf(result)}</b><span class="badge ${toneOf(result.verdict.status)}">${result.verdict.status}</span>${summaryOf(result).map((words) => markup`<span>${words}</span>`)}
            </summary>
            <div class="inside">${renderTiles(result)}${renderRun(result, `level-${index}`)}${renderNotes(notesOfOne(result, results))}</div>
          </details>`,
      )}
    </section>`
}

/** The last of an odd number takes the whole row. */
const balance = <T extends object>(charts: T[]): T[] =>
  charts.map((chart, index) =>
    charts.length % 2 === 1 && index === charts.length - 1 ? { ...chart, wide: true } : chart,
  )

const summaryOf = ({ throughput, latency, requests }: BenchResult): string[] => [
  `${formatThree(throughput.requests_per_second)} requests/s`,
  ...(throughput.output_tokens_per_second === null
    ? []
    : [`${formatThree(throughput.output_tokens_per_second)} tokens/s`]),
  ...(latency.ttft === null ? [] : [`TTFT ${formatTime(latency.ttft.p50)}`]),
  ...(requests.failed === 0 ? [] : [`${requests.failed} failed`]),
]
