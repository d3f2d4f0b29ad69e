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
