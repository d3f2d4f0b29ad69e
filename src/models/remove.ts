import { rm } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import type { Catalogue } from './catalogue.ts'

/** Deletes a pulled model's file. A file outside the models folder is only forgotten; the bundled model stays. */
export async function removeModel(
  catalogue: Catalogue,
  name: string,
): Promise<{ name: string; deleted: boolean; path: string }> {
  const entry = catalogue.find(name)
  if (!entry)
    throw new AppError('model_not_found', `there is no model "${name}"; see: sluice list`, { param: 'model' })
  if (entry.origin === 'bundled')
    throw new AppError('conflict', `${entry.name} is shipped with sluice and cannot be removed`)
  if (entry.origin === 'pulled') await rm(entry.path, { force: true })
  catalogue.forget(entry.name)
  return { name: entry.name, deleted: entry.origin === 'pulled', path: entry.path }
}
