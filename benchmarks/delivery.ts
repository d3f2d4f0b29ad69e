/**
 * How late `sluice bench` reads a token after the server has sent it, and how many streams one of its threads follows
 * before the verdict says no. Writes its section of docs/bench-accuracy.md.
 *
 *   npm run bench:delivery
 *   npm run bench:delivery -- --streams 64,256 --no-search
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { measureDelivery, tokensPerSecond, type DeliveryRow } from './delivery-measure.ts'
import { writeSection } from './document-section.ts'

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1,64,256,512' },
    threads: { type: 'string', default: '1' },
    search: { type: 'boolean', default: true },
  },
  allowNegative: true,
})
const threads = Number(values.threads)
const rows: DeliveryRow[] = []

const show = (row: DeliveryRow): void => {
  rows.push(row)
  process.stderr.write(
    `${row.rhythm} ${row.streams}: P50 ${row.p50.toFixed(2)}, P99 ${row.p99.toFixed(2)} ms, ${row.verdict} ${row.reasons.join(' ')}\n`,
  )
}

for (const rhythm of ['spread', 'together'] as const) {
  for (const streams of values.streams.split(',').map(Number))
    show(await measureDelivery(rhythm, streams, threads))
}

/** Of three runs two must be VALID: one pause of a shared machine does not decide. */
const holds = async (streams: number): Promise<boolean> => {
  let valid = 0
  for (let run = 0; run < 3 && valid < 2; run += 1) {
    const row = await measureDelivery('spread', streams, 1)
    process.stderr.write(`search ${streams}: ${row.verdict} ${row.reasons.join(' ')}\n`)
    if (row.verdict === 'VALID') valid += 1
    else if (run - valid === 1) return false
  }
  return valid === 2
}

/** The first level, in steps of 64, that does not hold. */
const findLimit = async (): Promise<number> => {
  let streams = 128
  while (streams < 4096 && (await holds(streams))) streams += 64
  return streams
}

const limit = values.search ? await findLimit() : undefined
const loads = rows.map(({ load }) => load)
const table = rows.map(
  (row) =>
    `| ${row.rhythm} | ${row.streams} | ${row.eventsPerSecond.toFixed(0)} | ${row.p50.toFixed(2)} | ${row.p99.toFixed(2)} | ${row.max.toFixed(1)} | ${row.lagP99.toFixed(1)} | ${(row.busy * 100).toFixed(0)} % | ${row.verdict}${row.reasons.length > 0 ? ` (${row.reasons.map((reason) => `\`${reason}\``).join(', ')})` : ''} |`,
)
const text = `## Delivery

How late a token is read: from the server's stamp of the moment at which it handed the token to its socket, to the
moment at which the load generator had it (\`latency.delivery\` in the result). The server is the null server, in a
process of its own on the same machine; each stream brings ${tokensPerSecond} tokens/s. \`spread\`: every stream has a rhythm of
its own. \`together\`: all tokens of a step in one moment, as a batch makes them.

Run of ${new Date().toISOString().slice(0, 10)} by \`npm run bench:delivery\`, ${threads} thread${threads === 1 ? '' : 's'}; ${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}; load of the machine per core
${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}, this benchmark included.

| rhythm | streams | events/s | P50 ms | P99 ms | max ms | loop lag P99 ms | busy | verdict |
|---|---|---|---|---|---|---|---|---|
${table.join('\n')}

${
  limit === undefined
    ? ''
    : `One thread stays VALID up to ${limit - 64} such streams (in steps of 64; two of three runs at ${limit} were not). A thread fills one core at
most, so that is the number of streams per core; \`--threads auto\` takes more threads from a busy share of 50 % on.`
}
`
process.stdout.write(text)
await writeSection('delivery', text)
