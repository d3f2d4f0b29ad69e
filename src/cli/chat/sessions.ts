import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import type { Conversation } from './conversation.ts'
import { writePrivateFile } from './private-file.ts'
import { decodeSession, encodeSession } from './session-file.ts'

export type SessionEntry = { name: string; updatedAt: Date; automatic: boolean }

export type Sessions = {
  save(conversation: Conversation): Promise<void>
  load(name: string): Promise<Conversation>
  remove(name: string): Promise<void>
  exists(name: string): Promise<boolean>
  /** Newest first. */
  list(): Promise<SessionEntry[]>
  /** The newest that can be read; `skipped` are the messages of those that could not. */
  latest(): Promise<{ conversation: Conversation | undefined; skipped: string[] }>
}

/** Sessions with a name of their own are kept for ever; of the others, this many. */
export const maxAutomatic = 200

export const isAutomatic = (name: string): boolean => /^\d{8}-\d{6}-\d{3}-[a-z0-9]{4}$/.test(name)

/** A name is a file name and nothing else: no path, no hidden file. */
export function assertSessionName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return
  const rule = 'letters, digits, ".", "_" and "-", at most 64, starting with a letter or digit'
  throw new AppError('invalid_request', `a session name is ${rule}, not "${name}"`)
}

export function openSessions(folder: string): Sessions {
  const fileOf = (name: string): string => {
    assertSessionName(name)
    return join(folder, `${name}.json`)
  }
  const list = () => listSessions(folder)
  return {
    list,
    load: (name) => loadSession(fileOf(name), name),
    remove: (name) => rm(fileOf(name), { force: true }),
    exists: async (name) => (await stat(fileOf(name)).catch(() => undefined)) !== undefined,
    async save(conversation) {
      const file = fileOf(conversation.id)
      await writePrivateFile(file, encodeSession(conversation, new Date()))
      const automatic = (await list()).filter((entry) => entry.automatic)
      await Promise.all(automatic.slice(maxAutomatic).map((entry) => rm(fileOf(entry.name), { force: true })))
    },
    async latest() {
      const skipped: string[] = []
      for (const { name } of await list()) {
        try {
          return { conversation: await loadSession(fileOf(name), name), skipped }
        } catch (error) {
          skipped.push((error as Error).message)
        }
      }
      return { conversation: undefined, skipped }
    },
  }
}

async function listSessions(folder: string): Promise<SessionEntry[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.json'))
  const entries = await Promise.all(
    files.map(async (file) => {
      const name = file.slice(0, -'.json'.length)
      const found = await stat(join(folder, file)).catch(() => undefined)
      return found?.isFile() ? [{ name, updatedAt: found.mtime, automatic: isAutomatic(name) }] : []
    }),
  )
  return entries.flat().toSorted((left, right) => right.updatedAt.getTime() - left.updatedAt.getTime())
}

async function loadSession(file: string, name: string): Promise<Conversation> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT')
      throw new AppError('not_found', `there is no session "${name}"; /load lists them`, { cause })
    throw new AppError('invalid_request', `session "${name}" cannot be read: ${cause.message}`, { cause })
  })
  try {
    return decodeSession(text, name)
  } catch (cause) {
    const why = (cause as Error).message
    const message = `session "${name}" is damaged (${why}); repair or delete ${file}`
    throw new AppError('invalid_request', message, { cause })
  }
}
