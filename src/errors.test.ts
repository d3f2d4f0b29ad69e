import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError, errorCodes } from './errors.ts'

test('docs/governance.md names every error code with its status, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '..', 'docs', 'governance.md'), 'utf8')
  const errors = text.slice(text.indexOf('\n## Errors'))
  const rows = [...errors.matchAll(/^\| `(\w+)` \| (\d{3}) \| \S.* \|$/gm)]
  const written = rows.map(([, code, status]) => [code, Number(status)])
  expect(written).toEqual(errorCodes.map((code) => [code, new AppError(code, '').status]))
})
