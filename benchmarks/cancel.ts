/**
 * How long a cancellation takes, hop by hop: the HTTP client closes its connection; the daemon has no running request
 * any more; the engine host's slot is free. Medians over many streams of the bundled model.
 *
 *   npm run bench:cancel -- [--rounds 30] [--json]
 */
import { parseArgs } from 'node:util'
import { Client, credentials } from '@grpc/grpc-js'
import { controlService } from '../src/contract/definition.ts'
import type { LoadReport } from '../src/contract/wire-types.ts'
import type { DaemonStatus, ListedWorker } from '../src/protocols/control/types.ts'
import { createSandbox } from '../tests/sandbox.ts'
import { median } from './median.ts'

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '30' }, json: { type: 'boolean', default: false } },
})

/** Begins a stream that would go on for long; resolves at its first text. */
async function begin(baseUrl: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'pocket',
      messages: [{ role: 'user', content: 'Tell me a short story about a robot.' }],
      stream: true,
      ignore_eos: true,
      max_tokens: 900,
    }),
    signal,
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  for (let text = ''; !text.includes('"content":"');) text += (await reader.read()).value ?? ''
  // What comes after the abort is an error that nobody needs.
  void reader.closed.catch(() => undefined)
}

/** Milliseconds until `isOver`, asked again as soon as it has answered. */
async function time(startedAt: number, isOver: () => Promise<boolean>): Promise<number> {
  while (!(await isOver()));
  return performance.now() - startedAt
}

function askLoad(client: Client): Promise<LoadReport> {
  const { path, requestSerialize, responseDeserialize } = controlService.GetLoad
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, (error, report) =>
      error ? reject(error) : resolve(report!),
    )
  })
}

const sandbox = createSandbox()
try {
  await sandbox.sluice('serve', '--model', 'pocket', '--parallel', '4')
  const { base_url: baseUrl } = sandbox.daemonFile()
  const get = async <T>(path: string) => (await (await fetch(baseUrl + path)).json()) as T
  const [host] = (await get<{ workers: ListedWorker[] }>('/api/workers')).workers
  const client = new Client(host!.address!, credentials.createInsecure())
  const seen: { daemon: number; slot: number }[] = []
  for (let round = 0; round <= Number(flags.rounds); round++) {
    const leave = new AbortController()
    await begin(baseUrl, leave.signal)
    const startedAt = performance.now()
    leave.abort()
    const [daemon, slot] = await Promise.all([
      time(startedAt, async () => (await get<DaemonStatus>('/api/daemon')).running_requests === 0),
      time(startedAt, async () =>
        (await askLoad(client)).models!.every(({ runningRequests = 0 }) => runningRequests === 0),
      ),
    ])
    if (round > 0) seen.push({ daemon, slot })
  }
  client.close()
  const result = {
    rounds: seen.length,
    daemon_ms: median(seen.map(({ daemon }) => daemon)),
    slot_ms: median(seen.map(({ slot }) => slot)),
    slot_ms_longest: Math.max(...seen.map(({ slot }) => slot)),
  }
  if (flags.json) console.log(JSON.stringify(result, null, 2))
  else
    console.log(
      `from the client's close, medians of ${result.rounds}: slot in the engine host free after ${result.slot_ms.toFixed(1)} ms (longest ${result.slot_ms_longest.toFixed(1)}), request over in the daemon after ${result.daemon_ms.toFixed(1)} ms`,
    )
} finally {
  await sandbox.remove()
}
