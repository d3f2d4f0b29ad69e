import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import autocannon from 'autocannon'
import { runBench } from '../bench/run.ts'

/** Milliseconds from request to the end of the answer. */
export type Latency = { tool: string; requests: number; mean: number; p50: number }
export type Load = { url: string; model: string; connections: number; requests: number }

const body = ({ model }: Load): string =>
  JSON.stringify({ model, stream: false, max_tokens: 1, messages: [{ role: 'user', content: 'Hello.' }] })

export const measureOurs = async (load: Load, threads: number | undefined): Promise<Latency> => {
  const { url, model, connections, requests } = load
  const { latency, requests: sent } = await runBench(
    {
      url,
      model,
      endpoint: 'chat',
      stream: false,
      load: { mode: 'closed', concurrency: connections, requests },
      prompts: { kind: 'text', text: 'Hello.' },
      sampling: { ignoreEos: false, maxTokens: 1 },
      timeoutMs: 60_000,
      floor: true,
      ...(threads !== undefined && { threads }),
    },
    { signal: new AbortController().signal, version: 'agree', argv: [] },
  )
  return {
    tool: 'sluice',
    requests: sent.succeeded,
    mean: latency.e2e?.mean ?? 0,
    p50: latency.e2e?.p50 ?? 0,
  }
}

/** Its own table rounds to milliseconds; the times of single answers do not. */
export const measureAutocannon = async (load: Load): Promise<Latency> => {
  const times: number[] = []
  const options = {
    url: `${load.url}/chat/completions`,
    method: 'POST' as const,
    headers: { 'content-type': 'application/json' },
    body: body(load),
    connections: load.connections,
    amount: load.requests,
  }
  await new Promise<void>((resolve, reject) => {
    const run = autocannon(options, (cause: Error | null) => (cause === null ? resolve() : reject(cause)))
    run.on('response', (_client, status, _bytes, milliseconds) => {
      if (status === 200) times.push(milliseconds)
    })
  })
  return { tool: 'autocannon', requests: times.length, ...describe(times) }
}

const run = promisify(execFile)

/** Undefined where it is not installed. It counts time and not requests; its figures are in microseconds. */
export const measureWrk = async (load: Load, seconds: number): Promise<Latency | undefined> => {
  if (!(await isInstalled('wrk'))) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'sluice-agree-'))
  try {
    const script = join(folder, 'post.lua')
    await writeFile(script, luaScript(body(load)))
    const url = `${load.url}/chat/completions`
    const given = ['-t1', `-c${load.connections}`, `-d${seconds}s`, '-s', script, url]
    const { stdout } = await run('wrk', given)
    const [mean, p50, requests] = (/FIGURES (\S+) (\S+) (\S+)/.exec(stdout) ?? []).slice(1).map(Number)
    if (mean === undefined || p50 === undefined || requests === undefined) {
      throw new Error(`wrk printed no figures:\n${stdout}`)
    }
    return { tool: 'wrk', requests, mean: mean / 1000, p50: p50 / 1000 }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const isInstalled = (name: string): Promise<boolean> =>
  // It has no flag that says its version and succeeds; that it can be started is enough.
  run(name, ['--version']).then(
    () => true,
    (cause: NodeJS.ErrnoException) => cause.code !== 'ENOENT',
  )

const luaScript = (text: string): string => `
wrk.method = "POST"
wrk.body = ${JSON.stringify(text)}
wrk.headers["Content-Type"] = "application/json"
done = function(summary, latency, requests)
  io.write(string.format("FIGURES %f %f %d\\n", latency.mean, latency:percentile(50), summary.requests))
end
`

const describe = (times: number[]): { mean: number; p50: number } => {
  const sorted = times.toSorted((left, right) => left - right)
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return { mean, p50: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN }
}
