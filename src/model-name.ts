import { basename } from 'node:path'
import { AppError } from './errors.ts'

const pattern = /^[A-Za-z0-9][\w.:-]*(\/[A-Za-z0-9][\w.:-]*)*$/

/** Throws `invalid_request` for a name that could not be a model's, or that could leave the models folder. */
export function assertModelName(name: string): void {
  if (name.length <= 200 && pattern.test(name) && !name.includes('..')) return
  throw new AppError(
    'invalid_request',
    `"${name.slice(0, 200)}" cannot be a model name: use letters, digits, ".", "_", "-", ":" and "/"`,
    { param: 'name' },
  )
}

/** `./My Model.Q8_0.gguf` or `https://host/My%20Model.Q8_0.gguf?x=1` -> `My-Model.Q8_0`. */
export function nameFromPath(path: string): string {
  const stem = basename(path).replace(/\.gguf$/i, '')
  const name = stem.replaceAll(/[^\w.:-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  assertModelName(name)
  return name
}
