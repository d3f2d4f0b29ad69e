// Start-up times as ratios of a bare `node -e 0`, interleaved, medians. Needs a build: npm run build.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const rounds = Number(process.argv[2] ?? 15)
const root = resolve(import.meta.dirname, '..')
const home = mkdtempSync(join(tmpdir(), 'sluice-startup-'))
const run = join(root, 'bin', 'run.js')

function milliseconds(words: string[]): number {
  const started = performance.now()
  const { status, stderr } = spawnSync(process.execPath, words, {
    env: { ...process.env, SLUICE_HOME: home, SLUICE_PORT: '0' },
  })
  if (status !== 0 && status !== 3) throw new Error(`${words.join(' ')}: exit ${status}\n${String(stderr)}`)
  return performance.now() - started
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const cases: Record<string, string[]> = {
  'node -e 0': ['-e', '0'],
  'sluice --version': [run, '--version'],
  'sluice status (no daemon)': [run, 'status'],
  'sluice list --help': [run, 'list', '--help'],
}
const times = Object.fromEntries(Object.keys(cases).map((name) => [name, [] as number[]]))
for (let round = -1; round < rounds; round++) {
  for (const [name, words] of Object.entries(cases)) {
    const spent = milliseconds(words)
    // The first round fills the compile cache.
    if (round >= 0) times[name]!.push(spent)
  }
}
const serve = {
  'serve, no model': [] as number[],
  'serve --model pocket': [] as number[],
  'status (daemon runs)': [] as number[],
}
for (let round = 0; round < 5; round++) {
  serve['serve, no model'].push(milliseconds([run, 'serve']))
  serve['status (daemon runs)'].push(milliseconds([run, 'status']))
  milliseconds([run, 'stop'])
  serve['serve --model pocket'].push(milliseconds([run, 'serve', '--model', 'pocket']))
  milliseconds([run, 'stop'])
}
rmSync(home, { recursive: true, force: true })

const floor = median(times['node -e 0']!)
for (const [name, values] of Object.entries({ ...times, ...serve })) {
  const middle = median(values)
  console.log(
    `${name.padEnd(28)}${middle.toFixed(0).padStart(7)} ms  ${(middle / floor).toFixed(2).padStart(6)}x node -e 0`,
  )
}
