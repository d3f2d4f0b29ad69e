import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findPython } from './find-python.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-find-python-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A program on the search path that answers the probe like this. */
function install(name: string, answer: string, code = 0): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${answer}'\nexit ${code}\n`)
  chmodSync(join(folder, name), 0o755)
}
const find = () => findPython(new AbortController().signal, { PATH: folder })

// Programs on a search path are made of shell scripts here.
describe.skipIf(process.platform === 'win32')('on a search path', () => {
  test('an old python3 does not hide a newer one', async () => {
    install('python3', '["/usr/bin/python3", [3, 9, 6], true]')
    install('python3.12', '["/opt/python3.12", [3, 12, 1], true]')
    expect(await find()).toEqual({ executable: '/opt/python3.12', version: '3.12.1' })
  })

  test('too old, and without venv: says what was found and what to do', async () => {
    install('python3', '["/usr/bin/python3", [3, 9, 6], true]')
    install('python', '["/opt/python", [3, 11, 2], false]')
    await expect(find()).rejects.toMatchObject({
      code: 'invalid_config',
      message:
        'a Python worker needs Python 3.10 or newer with venv; /usr/bin/python3 is 3.9.6, /opt/python (3.11.2) has no venv module (on Debian and Ubuntu: apt install python3-venv); install it, or name an interpreter that has the worker package with: python: /path/to/python',
    })
  })

  test('none at all, and things that only have the name', async () => {
    install('python3', 'Python was not found; run without arguments to install', 9)
    install('python', 'hello')
    await expect(find()).rejects.toThrow('none was found (python3, python, py -3)')
  })
})
