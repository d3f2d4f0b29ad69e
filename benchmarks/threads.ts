/**
 * The thread governor beside every fixed thread count: on an idle machine, beside a process that keeps one core
 * busy, and beside one that comes and goes within each round. Same process and file, in turns.
 *
 *   npm run bench:threads -- --model FILE --sequences 1,4,16
 */
import { spawnSync } from 'node:child_process'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { AppError } from '../src/errors.ts'
import { measureThreads, situations, type BenchOptions, type Result } from './threads-measure.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    sequences: { type: 'string', default: '1,4,16' },
    situations: { type: 'string', default: situations.join(',') },
    'prompt-tokens': { type: 'string', default: '32' },
    tokens: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})

function refuse(message: string): never {
  console.error(message)
  process.exit(2)
}

function count(name: string, text: string): number {
  const value = Number(text)
  return Number.isInteger(value) && value > 0
    ? value
    : refuse(`--${name} ${text}: give a whole number from 1`)
}

const decodeOptions = (model: string): BenchOptions => ({
  model,
  sequences: values.sequences.split(',').map((text) => count('sequences', text)),
  situations: values.situations
    .split(',')
    .map(
      (text) =>
        situations.find((known) => known === text) ??
        refuse(`--situations ${text}: give some of ${situations.join(',')}`),
    ),
  promptTokens: count('prompt-tokens', values['prompt-tokens']),
  tokens: count('tokens', values.tokens),
  rounds: count('rounds', values.rounds),
  seconds: count('seconds', values.seconds),
})

if (values.model === undefined) refuse('--model FILE is missing: name a .gguf file')
if (process.env.UV_THREADPOOL_SIZE === undefined) {
  // As in the daemon: decodes stay on one pool thread; libuv reads this once, at its start.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  process.exitCode = spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status ?? 1
} else {
  await run(decodeOptions(values.model))
}

async function run(options: BenchOptions): Promise<void> {
  try {
    const results = await measureThreads(options, (line) => console.error(line))
    if (values.json) console.log(JSON.stringify({ ...options, results }, null, 2))
    else printReport(options, results)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    console.error(cause.message)
    process.exitCode = 1
  }
}

function printReport(options: BenchOptions, results: readonly Result[]): void {
  const counts = results[0]!.fixed.map((_, index) => (index === 0 ? '1 thread' : `${index + 1} threads`))
  const table = new Table({
    head: ['sequences', 'machine', ...counts, 'governed', 'to the best'],
    style: { head: [], border: [] },
  })
  for (const { situation, sequences, fixed, governed, ratio } of results)
    table.push([
      sequences,
      situation,
      ...fixed.map((rate) => rate.toFixed(1)),
      governed.toFixed(1),
      `${ratio.toFixed(2)}x`,
    ])
  console.log(
    `generated tokens/s, ${basename(options.model)}, ${options.promptTokens} + ${options.tokens} tokens per request, ` +
      `medians of ${options.rounds} rounds of ${options.seconds} s`,
  )
  console.log(table.toString())
}
