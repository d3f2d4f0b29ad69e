/**
 * How right `sluice bench` is, against a server in another process that knows the truth. Writes docs/bench-accuracy.md.
 *
 *   npm run bench:accuracy
 */
import { cpus } from 'node:os'
import { behaviours } from '../bench/truth-server/behaviours.ts'
import { arrivalNames } from '../bench/arrivals/schedule.ts'
import { writeAround } from './document-section.ts'
import {
  measureArrivals,
  measureBehaviour,
  startTruthProcess,
  type AccuracyRow,
  type ArrivalRow,
} from './bench-accuracy-measure.ts'

const shape = { tokens: 50, firstMs: 200, gapMs: 20 }
const load = { concurrency: 16, requests: 32 }

const server = await startTruthProcess(shape)
const rows: AccuracyRow[] = []
try {
  for (const name of Object.keys(behaviours)) {
    process.stderr.write(`${name}\n`)
    rows.push(await measureBehaviour(server.url, name, load))
  }
} finally {
  server.stop()
}
const arrivals: ArrivalRow[] = []
const quick = await startTruthProcess({ tokens: 1, firstMs: 1, gapMs: 1 })
try {
  for (const arrival of arrivalNames) {
    for (const [rate, requests] of [
      [10, 100],
      [100, 1000],
      [1000, 5000],
    ] as const) {
      process.stderr.write(`${arrival} ${rate}/s\n`)
      arrivals.push(await measureArrivals(quick.url, arrival, rate, requests))
    }
  }
} finally {
  quick.stop()
}
const good = rows.filter(({ failure }) => failure === undefined)
const bad = rows.filter(({ failure }) => failure !== undefined)

const signed = (value: number, digits: number): string =>
  Number.isNaN(value) ? '-' : (value > 0 ? '+' : '') + value.toFixed(digits)

const document = `# How accurate \`sluice bench\` is

This file is written by \`npm run bench:accuracy\`. The truth server (\`bench/truth-server\`) is a real HTTP server that
streams in every way that is known to mislead load generators. It keeps the time at which it hands each output to its
socket, on the machine's monotonic clock; the load generator's samples are laid over it, request by request. What
differs is the error: the time the bytes were under way, and the load generator's own delay.

Run of ${new Date().toISOString().slice(0, 10)}: ${load.concurrency} connections, ${load.requests} requests for each behaviour, ${shape.tokens} tokens, the first after ${shape.firstMs} ms and then one
each ${shape.gapMs} ms; server and load generator as two processes on one machine (${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}).
The same comparison runs as a unit test, with the stated error below.

## Stated error

| metric | error |
|---|---|
| requests, errors by class, output and prompt tokens, stream events | none |
| TTFT, E2E | never early; late by at most 5 ms and twice the longest pause of the load generator's own loop, which each run reports |
| TPOT | the same, divided by the tokens less one |
| gaps between reads | their sum exact to the error of TTFT and E2E; called ITL only where one event is one token and arrives by itself |

## Good answers

Errors are measured less true: median and worst of all requests in ms, TPOT's in µs per token. \`lag\` is the longest
pause of the load generator's own loop in that run.

| behaviour | the server | succeeded | tokens, true | TTFT ms | E2E ms | TPOT µs | ITL | lag ms |
|---|---|---|---|---|---|---|---|---|
${good.map((row) => `| \`${row.name}\` | ${row.says} | ${row.succeeded} of ${row.sent} | ${row.outputTokens}, ${row.trueTokens} | ${signed(row.ttft.median, 2)}, ${signed(row.ttft.worst, 2)} | ${signed(row.e2e.median, 2)}, ${signed(row.e2e.worst, 2)} | ${signed(row.tpot.median * 1000, 0)}, ${signed(row.tpot.worst * 1000, 0)} | ${row.itl} | ${row.lagMs.toFixed(1)} |`).join('\n')}

Tokens of \`no-usage\` are stream events, those of \`tokenize-endpoint\` were counted after the run with the server's own
tokenizer; the report says so of each.

## Answers that fail

| behaviour | the server | counted as | requests |
|---|---|---|---|
${bad.map((row) => `| \`${row.name}\` | ${row.says} | ${row.kinds} | ${row.failed} of ${row.sent} |`).join('\n')}

## Arrivals

Schedules are tested without a clock: constant, Poisson and gamma at 10, 100 and 1,000 requests/s, 5,000 requests,
20 seeds each (\`bench/arrivals/schedule.test.ts\`). The rate is exact, because the gaps are scaled to it. What really
left, in this run (answers of one token; gamma with burstiness 0.5, whose variation is 1.41; \`KS p\` is the probability
of Kolmogorov and Smirnov that the gaps between dispatches come from the distribution asked for):

| arrival | asked/s | requests | left/s | of the schedule | variation | KS p | late P50, P99, max ms |
|---|---|---|---|---|---|---|---|
${arrivals.map((row) => `| ${row.arrival} | ${row.rate} | ${row.requests} | ${row.rate_achieved?.toFixed(2)} | ${(((row.rate_achieved ?? 0) / (row.rate_scheduled ?? 1)) * 100).toFixed(2)} % | ${row.cv.toFixed(3)} | ${row.probability?.toFixed(2) ?? '-'} | ${row.lateness_p50_ms.toFixed(2)}, ${row.lateness_p99_ms.toFixed(2)}, ${row.lateness_max_ms.toFixed(1)} |`).join('\n')}

\`left/s\` counts from the first dispatch to the last. A schedule of 100 requests holds 100 gaps, the last of which lies
behind the last request, so that its own figure is not quite the rate asked for; \`of the schedule\` is what is ours. A
pause of the machine lets requests leave late and together: the lateness says so, and it bends the distribution that
left. A request counts as left at its write, and a write takes 20 to 50 µs: gaps shorter than that cannot leave as they
are. Those are 2 to 5 % of Poisson's at 1,000 requests/s, 4 to 6 % of gamma's at 100 and a sixth at 1,000, and the test
sees them. Latencies count from the schedule all the same.

## Trying another tool

\`node bench/truth-server/main.ts 8099\` listens on port 8099; the model's name chooses the behaviour
(\`GET /v1/models\` lists them), and \`GET /truth\` returns what was really sent, and when.
`
await writeAround(['delivery', 'agreement', 'rivals'], document)
