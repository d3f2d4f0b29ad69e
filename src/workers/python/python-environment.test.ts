import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ensurePythonEnvironment, pythonEnvironmentFolder } from './python-environment.ts'
import { writeStandInPackage } from './package.test-kit.ts'

const hasPython = spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0

let home: string
let packageFolder: string
let folder: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sluice-python-'))
  packageFolder = join(home, 'package')
  folder = join(home, 'python')
  writeStandInPackage(packageFolder, 'print("one")')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

function ensure(signal = new AbortController().signal, onProgress: (text: string) => void = () => undefined) {
  return ensurePythonEnvironment({ folder, packageFolder, extra: 'transformers' }, { signal, onProgress })
}
const run = (python: string) => execFileSync(python, ['-m', 'sluice_worker'], { encoding: 'utf8' }).trim()
const environments = () =>
  readdirSync(join(folder, 'transformers')).filter((name) => /^(venv|source)-/.test(name))

// Real environments: each takes seconds.
describe.runIf(hasPython)(
  'with a real Python (skipped where python3 or its venv is missing)',
  { timeout: 120_000 },
  () => {
    test('is made with progress, used again, and renewed when code or requirements change', async () => {
      const texts: string[] = []
      const first = await ensure(undefined, (text) => texts.push(text))
      expect(run(first)).toBe('one')
      expect(texts[0]).toMatch(/^making a Python 3\.\d+\.\d+ environment$/)
      expect(texts).toContain('building sluice-worker')
      expect(texts.at(-1)).toBe('the Python environment is ready')
      expect(existsSync(join(packageFolder, 'written-by-the-build'))).toBe(false)

      const again: string[] = []
      expect(await ensure(undefined, (text) => again.push(text))).toBe(first)
      expect(again).toEqual([])

      writeFileSync(join(packageFolder, 'src', 'sluice_worker', '__main__.py'), 'print("two")')
      expect(await ensure()).toBe(first)
      expect(run(first)).toBe('two')

      appendFileSync(join(packageFolder, 'pyproject.toml'), '# other requirements\n')
      const renewed = await ensure()
      expect(renewed).not.toBe(first)
      expect(run(renewed)).toBe('two')
      expect(environments()).toHaveLength(1)
    })

    test('two callers make it once', async () => {
      const texts: string[] = []
      const [one, two] = await Promise.all([
        ensure(undefined, (text) => texts.push(text)),
        ensure(undefined, (text) => texts.push(text)),
      ])
      expect(one).toBe(two)
      expect(texts.filter((text) => text.startsWith('making'))).toHaveLength(1)
      expect(texts).toContain('waiting for another process that makes the Python environment')
    })

    test('cut off in the middle, nothing that looks finished is left, and the next one succeeds', async () => {
      vi.stubEnv('TEST_BUILD_SECONDS', '60')
      const abort = new AbortController()
      const making = ensure(abort.signal, (text) => text.startsWith('preparing') && abort.abort())
      await expect(making).rejects.toMatchObject({ code: 'cancelled' })
      expect(environments()).toEqual([])
      vi.stubEnv('TEST_BUILD_SECONDS', '0')
      expect(run(await ensure())).toBe('one')
    })

    test("a failed build shows the end of pip's errors and leaves nothing", async () => {
      vi.stubEnv('TEST_BUILD_FAILS', '1')
      await expect(ensure()).rejects.toMatchObject({
        code: 'engine_failed',
        message: expect.stringMatching(
          /^the Python environment could not be made: pip install ended with/,
        ) as string,
      })
      expect(environments()).toEqual([])
    })
  },
)

test('a missing worker package is a clear error', async () => {
  rmSync(join(packageFolder, 'pyproject.toml'))
  await expect(ensure()).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringContaining(packageFolder) as string,
  })
})

test('SLUICE_PYTHON_ENVIRONMENT says where', () => {
  expect(pythonEnvironmentFolder('/state', {})).toBe(join('/state', 'python'))
  expect(pythonEnvironmentFolder('/state', { SLUICE_PYTHON_ENVIRONMENT: '/elsewhere' })).toBe('/elsewhere')
})
