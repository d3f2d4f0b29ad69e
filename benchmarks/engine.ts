/**
 * Our engine beside node-llama-cpp's own `sequence.evaluate()`: same file, same process, same threads,
 * round by round in turns, so that a busy machine slows both.
 *
 *   npm run bench:engine -- --model FILE --sequences 1,4,16
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { AppError } from '../src/errors.ts'
import { measureEngines, type BenchOptions } from './engine-measure.ts'
import { printReport } from './engine-report.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    sequences: { type: 'string', default: '1,4,16' },
    'prompt-tokens': { type: 'string', default: '32' },
    tokens: { type: 'string', default: '32' },
    threads: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})

function count(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  console.error(`--${name} ${text}: give a whole number from 1`)
  process.exit(2)
}

function decodeOptions(model: string): BenchOptions {
  return {
    model,
    sequences: values.sequences.split(',').map((text) => count('sequences', text)),
    promptTokens: count('prompt-tokens', values['prompt-tokens']),
    tokens: count('tokens', values.tokens),
    threads: values.threads === undefined ? undefined : count('threads', values.threads),
    rounds: count('rounds', values.rounds),
  }
}

if (values.model === undefined) {
  console.error('--model FILE is missing: name a .gguf file')
  process.exitCode = 2
} else if (process.env.UV_THREADPOOL_SIZE === undefined) {
  // Decodes that hop between pool threads cost a third of the speed; libuv reads this once, at its start.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  process.exitCode = spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status ?? 1
} else {
  await run(decodeOptions(values.model))
}

async function run(options: BenchOptions): Promise<void> {
  try {
    const results = await measureEngines(options, (line) => console.error(line))
    if (values.json) console.log(JSON.stringify({ ...options, results }, null, 2))
    else printReport(options, results)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    console.error(cause.message)
    process.exitCode = 1
  }
}
