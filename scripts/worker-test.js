/** Format, lint, types and tests of the Python worker, in an environment that it makes itself. */
import { resolve } from 'node:path'
import { ensureWorkerEnvironment, run } from './worker-environment.js'

const cwd = resolve(import.meta.dirname, '..', 'worker')
const python = ensureWorkerEnvironment()
const seen = { stdio: 'inherit', cwd }
run(python, ['-m', 'ruff', 'format', '--check', '.'], seen)
run(python, ['-m', 'ruff', 'check', '.'], seen)
run(process.execPath, [resolve(cwd, '../node_modules/pyright/index.js'), '--pythonpath', python], seen)
run(python, ['-m', 'pytest', '--quiet', ...process.argv.slice(2)], seen)
