import { appendFile, chmod, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writePrivateFile } from './private-file.ts'

/** What was typed, oldest first, across runs. One JSON string per line, so that an entry may hold newlines. */
export type History = {
  entries(): string[]
  /** Skips blanks, repeats of the entry before, and pastes too long to be edited on a line. */
  add(entry: string): Promise<void>
}

const maxEntries = 1000
const maxEntryLength = 8192

export async function openHistory(path: string): Promise<History> {
  let entries = await readEntries(path)
  return {
    entries: () => entries,
    async add(entry) {
      if (entry.trim() === '' || entry === entries.at(-1) || entry.length > maxEntryLength) return
      entries = [...entries, entry].slice(-maxEntries)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await appendFile(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
      await compact(path)
    },
  }
}

/** Reads again before it cuts: another terminal may have added lines. */
async function compact(path: string): Promise<void> {
  await chmod(path, 0o600)
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
  if (lines.length > maxEntries) await writePrivateFile(path, `${lines.slice(-maxEntries).join('\n')}\n`)
}

/** A damaged line costs that line. A missing or unreadable file is an empty history: `add` will say why. */
async function readEntries(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').flatMap(decodeEntry).slice(-maxEntries)
}

function decodeEntry(line: string): string[] {
  try {
    const entry: unknown = JSON.parse(line)
    return typeof entry === 'string' ? [entry] : []
  } catch {
    return []
  }
}
