import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { definitions } from './definitions.ts'

test.each(Object.entries(definitions))(
  'docs/bench.md says of %s what --explain says',
  async (_name, text) => {
    const page = await readFile(new URL('../../docs/bench.md', import.meta.url), 'utf8')
    expect(page.replaceAll('`', '')).toContain(text)
  },
)
