import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createSandbox, finish, root, type Ran, type Sandbox } from './sandbox.ts'

type Step = { name: string; id?: string; if?: string; shell?: string; env?: Record<string, string>; run?: string; uses?: string } // prettier-ignore
type Action = {
  inputs: Record<string, { description: string; default: string }>
  outputs: Record<string, { value: string }>
  runs: { using: string; steps: Step[] }
}
const folder = join(root, 'deploy', 'github-action')
const action = parse(readFileSync(join(folder, 'action.yml'), 'utf8')) as Action

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
  // What the install step would put on the PATH.
  mkdirSync(join(sandbox.home, 'bin'))
  const command = join(sandbox.home, 'bin', 'sluice')
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin', 'run.js')}" "$@"\n`)
  chmodSync(command, 0o755)
})
afterAll(() => sandbox.remove())

const fill = (text: string, known: Record<string, string>): string =>
  text.replaceAll(/\$\{\{ (\S+) \}\}/g, (_, name: string) => {
    if (known[name] === undefined) throw new Error(`the action uses ${name}, which nothing defines`)
    return known[name]
  })

type Outcome = { steps: Record<string, Ran>; outputs: Record<string, string>; summary: string }

/** The action's shell steps as a runner would run them, one after the other, until one fails. */
const runAction = async (place: string, inputs: Record<string, string>): Promise<Outcome> => {
  const workspace = join(sandbox.home, place)
  mkdirSync(workspace)
  const [outputFile, summaryFile] = [join(workspace, '.output'), join(workspace, '.summary')]
  for (const file of [outputFile, summaryFile]) writeFileSync(file, '')
  const known: Record<string, string> = {}
  for (const [name, { default: value }] of Object.entries(action.inputs)) known[`inputs.${name}`] = inputs[name] ?? value // prettier-ignore
  const steps: Record<string, Ran> = {}
  for (const step of action.runs.steps) {
    if (step.run === undefined || (step.if === "inputs.version != ''" && known['inputs.version'] === '')) continue // prettier-ignore
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value, known)])) // prettier-ignore
    // A runner starts bash so, and the script stands in a file of its own.
    const script = join(workspace, 'step.sh')
    writeFileSync(script, step.run)
    const { PATH, HOME } = process.env
    const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', script], {
      cwd: workspace,
      env: { PATH: `${join(sandbox.home, 'bin')}:${PATH}`, HOME, SLUICE_HOME: sandbox.home, SLUICE_PORT: '0', NO_COLOR: '1', GITHUB_OUTPUT: outputFile, GITHUB_STEP_SUMMARY: summaryFile, ...env }, // prettier-ignore
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    steps[step.name] = await finish(child)
    for (const [name, value] of readOutputs(outputFile)) known[`steps.${step.id}.outputs.${name}`] = value
  }
  const outputs = Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, fill(value, known)])) // prettier-ignore
  return { steps, outputs, summary: readFileSync(summaryFile, 'utf8') }
}

const readOutputs = (file: string): [string, string][] =>
  readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => line.split('=', 2) as [string, string]) // prettier-ignore

test('inputs come in as environment only: no value can become part of a script', () => {
  expect(action.runs.using).toBe('composite')
  for (const { run = '', shell, uses } of action.runs.steps) {
    expect(run).not.toContain('${{')
    expect(uses ?? shell).toMatch(/^bash$|^actions\/[a-z-]+@v\d$/)
  }
  const used = new Set(JSON.stringify(action.runs).match(/inputs\.[a-z-]+/g))
  expect([...used].toSorted()).toEqual(Object.keys(action.inputs).map((name) => `inputs.${name}`).toSorted()) // prettier-ignore
})

test('measures, writes all forms, and passes', async () => {
  const small = { version: '', concurrency: '2', requests: '8', 'max-tokens': '8', inconclusive: 'warn' }
  const { steps, outputs, summary } = await runAction('passes', {
    ...small,
    'fail-if': 'ttft_p99>60000\nerror_rate>1%\n',
    baseline: 'none-yet.json',
    arguments: '--seed=7\n--prompt=two words; $(exit 3)\n',
  })
  expect(steps['Measure'], JSON.stringify(steps)).toMatchObject({ code: 0, stdout: expect.stringContaining('no baseline at none-yet.json yet') }) // prettier-ignore
  expect(steps['Pass or fail']).toMatchObject({ code: 0 })
  expect(summary).toContain('## sluice bench')
  expect(summary).toContain('not error_rate>1%')
  const workspace = join(sandbox.home, 'passes')
  for (const name of ['result', 'report', 'junit']) expect(existsSync(join(workspace, outputs[name]!))).toBe(true) // prettier-ignore
  const { argv } = JSON.parse(readFileSync(join(workspace, outputs['result']!), 'utf8')) as { argv: string[] }
  expect(argv).toContain('--prompt=two words; $(exit 3)')

  const again = await runAction('again', { ...small, baseline: '../passes/sluice-bench/result.json' })
  expect(again.outputs['exit-code'], JSON.stringify(again.steps)).toBe('2')
  expect(again.summary).toContain('the runs differ in the prompts (text, then built-in)')
})

test('a missed condition fails the job, after the reports were written', async () => {
  const { steps, outputs } = await runAction('fails', { version: '', requests: '4', 'max-tokens': '4', 'fail-if': 'ttft_p50>0' }) // prettier-ignore
  // 10 where the machine was too busy for the run to count; both fail the job.
  expect(['8', '10']).toContain(outputs['exit-code'])
  expect(steps['Pass or fail']!.code).toBe(Number(outputs['exit-code']))
  expect(steps['Pass or fail']!.stdout).toContain('::error title=sluice bench::')
  expect(readFileSync(join(sandbox.home, 'fails', 'sluice-bench', 'junit.xml'), 'utf8')).toContain(
    'not ttft_p50&gt;0',
  )
})

test('the example calls the action with inputs that it has', () => {
  type Workflow = { jobs: Record<string, { steps: { uses?: string; with?: Record<string, unknown> }[] }> }
  const { jobs } = parse(readFileSync(join(folder, 'example.yml'), 'utf8')) as Workflow
  const call = jobs['bench']!.steps.find(({ uses }) => uses === './deploy/github-action')!
  expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(call.with!)))
})
