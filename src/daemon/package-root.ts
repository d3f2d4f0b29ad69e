import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The bundled model: beside the sources in a checkout, beside `dist` in the package. */
export function findBundledModel(root: string): string {
  return resolve(root, 'pocket', 'pocket.gguf')
}

/** The folder that holds `package.json`, from `src/daemon/` as from `dist/src/daemon/`. */
export function packageRoot(): string {
  const here = fileURLToPath(new URL('.', import.meta.url))
  return /[\\/]dist[\\/]src[\\/]daemon[\\/]$/.test(here) ? resolve(here, '../../..') : resolve(here, '../..')
}
