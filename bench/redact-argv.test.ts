import { expect, test } from 'vitest'
import { redactArgv } from './redact-argv.ts'

test('keys are replaced in both spellings, and nothing else', () => {
  expect(redactArgv(['--api-key', 'sk-1', '--api-key=sk-2', '--model', '--api', 'x'])).toEqual([
    '--api-key',
    '[redacted]',
    '--api-key=[redacted]',
    '--model',
    '--api',
    'x',
  ])
})

test('of headers the name stays, in every spelling and for all words of one flag', () => {
  const argv = ['-H', 'Authorization: Bearer s1', '--header', 'a=s2', 'b=s3', '-c', '4', '--header=c=s4', '-Hd: s5', 's6', '-n', '2'] // prettier-ignore
  expect(redactArgv(argv)).toEqual([
    '-H', 'Authorization: [redacted]', '--header', 'a=[redacted]', 'b=[redacted]', '-c', '4',
    '--header=c=[redacted]', '-H=d: [redacted]', '[redacted]', '-n', '2',
  ]) // prettier-ignore
  expect(redactArgv(argv).join(' ')).not.toMatch(/s\d/)
})
