import * as Flags from '@oclif/core/flags'
import * as Args from '@oclif/core/args'
import { expect, test } from 'vitest'
import { BaseCommand } from './base-command.ts'
import { runCommand } from './run-command.test-kit.ts'

class Measure extends BaseCommand<typeof Measure> {
  static override id = 'bench:measure'
  static override args = { folder: Args.string({ required: true, description: 'where to look' }) }
  static override flags = {
    concurrency: Flags.string({ aliases: ['max-concurrency'] }),
    requests: Flags.integer({ min: 1, max: 9 }),
    floor: Flags.boolean({ allowNo: true }),
    arrival: Flags.string({ options: ['constant', 'poisson'] }),
    turns: Flags.string({ exclusive: ['trace'] }),
    trace: Flags.string(),
    'think-time': Flags.string({ dependsOn: ['turns'] }),
  }

  async run(): Promise<void> {}
}

test.each([
  ['--concurency 4', 'there is no flag --concurency; did you mean --concurrency?'],
  ['--concurency=4', 'there is no flag --concurency; did you mean --concurrency?'],
  ['--max-concurency 4', 'there is no flag --max-concurency; did you mean --max-concurrency?'],
  ['--no-flor', 'there is no flag --no-flor; did you mean --no-floor?'],
  ['--something-else', 'there is no flag --something-else; see sluice bench measure --help'],
  ['--requests 10k', '--requests "10k": expected a whole number'],
  ['--requests 0', '--requests "0": expected a whole number, at least 1'],
  ['--requests 10', '--requests "10": expected a whole number, at most 9'],
  ['--arrival odd', '--arrival "odd" is not known; expected one of constant, poisson'],
  ['--think-time 2s', '--think-time needs --turns'],
  ['--turns 2 --trace a', '--turns and --trace exclude each other: give one of them'],
  ['--turns', '--turns needs a value'],
])('%s', async (line, message) => {
  const { exit, stderr } = await runCommand(Measure, ['.', ...line.split(' ')])
  expect(stderr).toBe(`sluice: ${message}\n`)
  expect(exit).toBe(2)
})

test('an argument that is missing, and one too many', async () => {
  expect((await runCommand(Measure, [])).stderr).toBe(
    'sluice: FOLDER (where to look) missing; see sluice bench measure --help\n',
  )
  expect((await runCommand(Measure, ['a', 'b'])).stderr).toBe(
    'sluice: Unexpected argument: b; see sluice bench measure --help\n',
  )
})

test('the same words as JSON', async () => {
  const { stdout } = await runCommand(Measure, ['.', '--requests', '10k', '--json'])
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'usage', message: '--requests "10k": expected a whole number' },
  })
})
