import { randomUUID } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import type { DaemonFile } from '../protocols/control/types.ts'

export const describeSelf = (base_url: string, version: string, token: string): DaemonFile => ({
  pid: process.pid,
  instance: randomUUID(),
  version,
  base_url,
  started_at: new Date().toISOString(),
  token,
})

/** Written whole or not at all: a command may read it at any moment. */
export function writeDaemonFile(path: string, file: DaemonFile): DaemonFile {
  const part = `${path}.${process.pid}.part`
  writeFileSync(part, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(part, path)
  return file
}
