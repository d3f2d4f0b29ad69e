import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createSandbox, root } from './sandbox.ts'

const sandbox = createSandbox()
afterAll(() => sandbox.remove())

test('python: auto makes an environment on first use and finds it again', async () => {
  const worker = { kind: 'python', model: join(root, 'pocket', 'hf'), serves: 'torch', python: 'auto' }
  writeFileSync(join(sandbox.home, 'config.yaml'), JSON.stringify({ workers: [worker] }))
  const ask = () => sandbox.sluice('chat', 'torch', '-p', 'What is 7 + 5?', '--temperature', '0')
  expect(await sandbox.sluice('serve')).toMatchObject({ code: 0 })
  expect((await ask()).stdout).toContain('12')
  const folder = join(sandbox.home, 'python', 'transformers')
  const made = readdirSync(folder).filter((name) => name.startsWith('venv-'))
  expect(made).toHaveLength(1)
  await sandbox.sluice('stop')
  expect(await sandbox.sluice('serve')).toMatchObject({ code: 0 })
  expect(readdirSync(folder).filter((name) => name.startsWith('venv-'))).toEqual(made)
  expect((await ask()).stdout).toContain('12')
  // Nothing is written into the installation.
  expect(existsSync(join(root, 'worker', 'build'))).toBe(false)
}, 600_000)
