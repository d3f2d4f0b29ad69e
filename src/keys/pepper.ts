import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { AppError } from '../errors.ts'
import type { Store } from '../store/open-store.ts'
import { hashSecret } from './hash-secret.ts'

const shortest = 32

export type PepperSource = { file: string; environment: string | undefined }

/**
 * The secret that every hash in the store is keyed with: SLUICE_PEPPER, else a file that is made on first use.
 * A copy of the database alone is worth nothing.
 */
export async function openPepper(source: PepperSource, store: Store): Promise<Buffer> {
  const pepper = readPepper(source) ?? createPepper(source.file)
  await assertPepper(pepper, source, store)
  return pepper
}

function readPepper({ file, environment }: PepperSource): Buffer | undefined {
  if (environment) {
    if (Buffer.byteLength(environment) >= shortest) return Buffer.from(environment)
    throw new AppError(
      'invalid_config',
      `SLUICE_PEPPER is shorter than ${shortest} characters; make one with: openssl rand -hex 32`,
      { param: 'SLUICE_PEPPER' },
    )
  }
  try {
    const text = readFileSync(file, 'utf8').trim()
    if (text.length >= shortest) return Buffer.from(text)
    throw new AppError('invalid_config', `${file} is damaged: put a copy back, or set SLUICE_PEPPER`)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

/** On the disk before it is used: a key whose pepper is lost is lost too. */
function createPepper(file: string): Buffer {
  const text = randomBytes(32).toString('hex')
  const part = `${file}.${process.pid}.part`
  const descriptor = openSync(part, 'w', 0o600)
  writeSync(descriptor, `${text}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(part, file)
  return Buffer.from(text)
}

/** The store remembers which pepper its keys were hashed with: another would make them all look wrong. */
async function assertPepper(pepper: Buffer, source: PepperSource, { db }: Store): Promise<void> {
  const value = hashSecret(pepper, 'sluice pepper fingerprint')
  await db
    .insertInto('meta')
    .values({ name: 'pepper', value })
    .onConflict((conflict) =>
      // Without keys nothing depends on the old one.
      conflict
        .column('name')
        .doUpdateSet({ value })
        .where(({ not, exists, selectFrom }) => not(exists(selectFrom('api_keys').select('id')))),
    )
    .execute()
  const row = await db.selectFrom('meta').select('value').where('name', '=', 'pepper').executeTakeFirst()
  if (row?.value === value) return
  const place = source.environment ? 'SLUICE_PEPPER' : source.file
  throw new AppError(
    'invalid_config',
    `the keys in the store were made with another pepper than ${place} holds; put the old one back, or set SLUICE_PEPPER to it (daemons that share a store share the pepper)`,
    { param: 'SLUICE_PEPPER' },
  )
}
