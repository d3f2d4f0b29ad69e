import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rooms } from './oxlint.config.ts'

/** `| \`src/x\` | job | \`a\`, \`b\` |` -> ['src/x', ['a', 'b']] */
function readRooms(markdown: string): [string, string[]][] {
  const rows = markdown.matchAll(/^\| `([\w/]+)` \| .* \| (.*) \|$/gm)
  return [...rows].map(([, room, open]) => [
    room!,
    [...open!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!),
  ])
}

test('the table in ARCHITECTURE.md is the one that lint enforces', () => {
  const written = readRooms(readFileSync(join(import.meta.dirname, 'ARCHITECTURE.md'), 'utf8'))
  expect(Object.fromEntries(written)).toEqual(rooms)
})
