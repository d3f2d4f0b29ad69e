/**
 * What a process of its own costs: the same model over HTTP with the engine inside the daemon and in an engine
 * host, beside the bare decode loop in this process. Rounds are interleaved; ratios are medians of the rounds' own.
 *
 *   npm run bench:isolation -- --model FILE [--streams 1,4,16] [--threads 2] [--rounds 5]
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { llamaCppLoader } from '../src/engines/llama-cpp/loader.ts'
import { createSandbox } from '../tests/sandbox.ts'
import { createOwnRunner } from './engine-own.ts'
import { createHttpLoad, createPrompts, type HttpLoad } from './http-load.ts'
import { median } from './median.ts'

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string' },
    streams: { type: 'string', default: '1,4,16' },
    threads: { type: 'string', default: '2' },
    'prompt-tokens': { type: 'string', default: '32' },
    tokens: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})
const lengths = { promptTokens: Number(flags['prompt-tokens']), tokens: Number(flags.tokens) }
const streams = flags.streams.split(',').map(Number)
const contextLength = lengths.promptTokens + lengths.tokens + 1
const threads = Number(flags.threads)

async function startDaemon(model: string, isolation: 'process' | 'in-process') {
  const sandbox = createSandbox({ UV_THREADPOOL_SIZE: '1' })
  const settings = { source: model, parallel: Math.max(...streams), context_length: contextLength, threads }
  const config = { isolation, log_level: 'warn', models: [{ name: 'measured', ...settings }] }
  // JSON is YAML.
  writeFileSync(join(sandbox.home, 'config.yaml'), JSON.stringify(config))
  const { code, stderr } = await sandbox.sluice('serve')
  if (code !== 0) throw new Error(stderr)
  return { sandbox, load: createHttpLoad(sandbox.daemonFile().base_url, 'measured', lengths) }
}

async function startBare(model: string): Promise<HttpLoad> {
  const engine = await llamaCppLoader.load(
    {
      source: model,
      contextLength,
      parallel: Math.max(...streams),
      threads,
      batchTokens: 512,
      gpuLayers: 'auto',
    },
    { signal: new AbortController().signal, onProgress() {} },
  )
  const runner = createOwnRunner(engine, lengths.tokens)
  return {
    run: async (count, round) => (await runner.run(createPrompts(count, lengths.promptTokens, round))).total,
    close: () => runner.close(),
  }
}

type Row = {
  streams: number
  bare: number
  inProcess: number
  isolated: number
  toInProcess: number
  toBare: number
}

async function measure(
  loads: Record<'bare' | 'inProcess' | 'isolated', HttpLoad>,
  count: number,
): Promise<Row> {
  const kinds = Object.keys(loads) as (keyof typeof loads)[]
  const seen: Record<keyof typeof loads, number>[] = []
  for (let round = 0; round <= Number(flags.rounds); round++) {
    const speeds = { bare: 0, inProcess: 0, isolated: 0 }
    // Each has each place in the round equally often.
    for (const kind of [...kinds.slice(round % 3), ...kinds.slice(0, round % 3)])
      speeds[kind] = await loads[kind].run(count, round)
    if (round > 0) seen.push(speeds)
  }
  const middle = (value: (speeds: (typeof seen)[number]) => number) => median(seen.map(value))
  return {
    streams: count,
    bare: middle(({ bare }) => bare),
    inProcess: middle(({ inProcess }) => inProcess),
    isolated: middle(({ isolated }) => isolated),
    toInProcess: middle(({ isolated, inProcess }) => isolated / inProcess),
    toBare: middle(({ isolated, bare }) => isolated / bare),
  }
}

function print(rows: Row[], model: string): void {
  const head = ['streams', 'bare loop', 'in-process', 'isolated', 'isolated / in-process', 'isolated / bare']
  const table = new Table({ head, style: { head: [], border: [] } })
  for (const row of rows) {
    const speeds = [row.bare, row.inProcess, row.isolated].map((speed) => speed.toFixed(1))
    table.push([row.streams, ...speeds, row.toInProcess.toFixed(3), row.toBare.toFixed(3)])
  }
  console.log(
    `generated tokens/s, ${basename(model)}, ${threads} threads, ${lengths.promptTokens} + ${lengths.tokens} tokens, medians of ${flags.rounds} rounds`,
  )
  console.log(table.toString())
}

async function run(model: string): Promise<void> {
  const inProcess = await startDaemon(model, 'in-process')
  const isolated = await startDaemon(model, 'process')
  const bare = await startBare(model)
  const rows: Row[] = []
  try {
    for (const count of streams)
      rows.push(await measure({ bare, inProcess: inProcess.load, isolated: isolated.load }, count))
  } finally {
    await bare.close()
    await Promise.all([inProcess, isolated].map(({ load }) => load.close()))
    await Promise.all([inProcess, isolated].map(({ sandbox }) => sandbox.remove()))
  }
  if (flags.json) console.log(JSON.stringify({ ...flags, rows }, null, 2))
  else print(rows, model)
}

if (flags.model === undefined) {
  console.error('--model FILE is missing: name a .gguf file')
  process.exitCode = 2
} else if (process.env.UV_THREADPOOL_SIZE !== '1') {
  // The bare loop needs it too, and libuv reads it once, at its start.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  process.exitCode = spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status ?? 1
} else await run(resolve(flags.model))
