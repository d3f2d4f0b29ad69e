import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { WorkerModel } from '../../engine/worker.ts'
import { createScriptedConnection, scriptedSettings } from '../scripted-connection.test-kit.ts'
import { decodeAnnouncement } from './decode-announcement.ts'
import { writeStandInPackage } from './package.test-kit.ts'
import { createPythonWorker, type PythonWorkerOptions } from './python-worker.ts'

const hasPython = spawnSync('python3', ['-c', '']).status === 0
const hooks = () => ({ signal: new AbortController().signal, onProgress: () => undefined })

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sluice-python-worker-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

/** Says that it listens, and stays until its standard input ends, as the worker does with --parent-pipe. */
const listens = `
import json, sys
with open(sys.argv[sys.argv.index("--model") + 1] + "/arguments.json", "w") as file:
    json.dump(sys.argv[1:], file)
print(json.dumps({"event": "listening", "address": sys.argv[sys.argv.index("--listen") + 1]}), flush=True)
sys.stdin.read()
`
const fails = `
import json, sys
print(json.dumps({"event": "failed", "reason": "INVALID_MODEL", "message": "no config.json in /m"}), flush=True)
sys.exit(1)
`

function setUp(code: string, models: WorkerModel[], change: Partial<PythonWorkerOptions> = {}) {
  writeStandInPackage(join(home, 'package'), code)
  vi.stubEnv('PYTHONPATH', join(home, 'package', 'src'))
  const connections: ReturnType<typeof createScriptedConnection>[] = []
  const silences: number[] = []
  const settings = scriptedSettings(async (_address, { reportTimeoutMs }) => {
    silences.push(reportTimeoutMs)
    connections.push(createScriptedConnection(models))
    return connections.at(-1)!
  })
  const worker = createPythonWorker({
    id: 'python-1',
    model: 'm',
    source: home,
    python: 'python3',
    environmentFolder: join(home, 'python'),
    packageFolder: join(home, 'package'),
    backend: 'auto',
    device: undefined,
    dtype: undefined,
    parallel: undefined,
    contextLength: undefined,
    arguments: [],
    settings: { ...settings, socketFolder: join(home, 'sockets') },
    ...change,
  })
  return { worker, connections, silences }
}

describe.runIf(hasPython)('a Python process (skipped where python3 is missing)', () => {
  test('is given what is set, serves, and is gone after stop', async () => {
    const { worker, connections, silences } = setUp(listens, [{ id: 'm', aliases: [], state: 'ready' }], {
      device: 'cpu',
      parallel: 4,
      arguments: ['--threads', '1'],
    })
    await worker.start(hooks())
    expect(worker.replicas()[0]!.replica.engine?.kind).toBe('m')
    const given = JSON.parse(readFileSync(join(home, 'arguments.json'), 'utf8')) as string[]
    expect(
      given
        .join(' ')
        .replace(home, 'DIR')
        .replace(/unix:\S+/, 'unix:PATH'),
    ).toBe(
      '--model DIR --id m --listen unix:PATH --worker-id python-1 --device cpu --parallel 4 --parent-pipe --threads 1',
    )
    // Patient while it loads; then as quick as any other worker.
    expect(silences).toEqual([120_000, 1_000])
    expect(connections[0]!.isClosed).toBe(true)
    const { processId } = worker
    await worker.stop()
    expect(() => process.kill(processId!, 0)).toThrow('ESRCH')
  })

  test('that cannot load its model rejects with what it says', async () => {
    const { worker } = setUp(fails, [])
    await expect(worker.start(hooks())).rejects.toMatchObject({
      code: 'invalid_model',
      message: 'no config.json in /m',
    })
    await worker.stop()
  })

  test('whose model has failed is not left running', async () => {
    const { worker } = setUp(listens, [{ id: 'm', aliases: [], state: 'failed' }])
    await expect(worker.start(hooks())).rejects.toThrow('could not load it')
    expect(worker.processId).toBeUndefined()
  })

  test('without the worker package says so', async () => {
    const { worker } = setUp(listens, [])
    vi.stubEnv('PYTHONPATH', home)
    await expect(worker.start(hooks())).rejects.toThrow(
      /the Python worker of m ended with exit code 1: .*No module named sluice_worker/,
    )
  })
})

test('an interpreter that does not exist says so', async () => {
  const { worker } = setUp(listens, [], { python: join(home, 'no-python') })
  await expect(worker.start(hooks())).rejects.toThrow(/the Python worker of m could not be started: .*ENOENT/)
})

test.each([
  ['{"event":"listening","address":"unix:/a"}', { event: 'listening', address: 'unix:/a' }],
  [
    '{"event":"failed","reason":"INSUFFICIENT_MEMORY","message":"x"}',
    { error: { code: 'insufficient_memory' } },
  ],
  ['{"event":"failed","reason":"UNSUPPORTED_FEATURE","message":"x"}', { error: { code: 'invalid_config' } }],
  ['{"event":"failed","reason":"constructor"}', { error: { code: 'engine_failed' } }],
])('%s is heard', (line, announcement) => {
  expect(decodeAnnouncement(line)).toMatchObject(announcement)
})

test.each(['Loading weights: 10%', '{"event":"listening"}', '{"level":"info"}', '{broken', '{}'])(
  '%s is just output',
  (line) => {
    expect(decodeAnnouncement(line)).toBeUndefined()
  },
)
