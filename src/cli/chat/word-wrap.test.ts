import { expect, test } from 'vitest'
import { createWordWrap } from './word-wrap.ts'

/** What a screen of `columns` shows, given the few sequences that the wrap uses. */
function show(output: string, columns: number): string[] {
  const rows = ['']
  // oxlint-disable-next-line no-control-regex -- the sequences are the subject
  for (const [piece] of output.matchAll(/\x1b\[\d+D\x1b\[K|[^]/gu)) {
    // oxlint-disable-next-line no-control-regex -- as above
    const back = /^\x1b\[(\d+)D/.exec(piece)
    if (back) rows.push(rows.pop()!.slice(0, -Number(back[1])))
    else if (piece === '\n') rows.push('')
    else if (rows.at(-1)!.length === columns) rows.push(piece)
    else rows.push(rows.pop()! + piece)
  }
  return rows
}

const wrapIn = (columns: number, text: string): string[] => {
  const wrap = createWordWrap(() => columns)
  // Letter by letter is the hardest cut.
  return show(Array.from(text, wrap).join(''), columns)
}

test('words move to the next line whole, and the last column stays free', () => {
  expect(wrapIn(10, 'the quick brown fox')).toEqual(['the quick', 'brown fox'])
  expect(wrapIn(10, 'the quickly brown')).toEqual(['the ', 'quickly ', 'brown'])
  expect(wrapIn(10, 'abcdefghi jk')).toEqual(['abcdefghi', 'jk'])
})

test('a chunk of any size gives the same screen', () => {
  const text = 'One night it found a small bird by the door,\n\nand carried it to the garden. '
  const whole = show(createWordWrap(() => 20)(text), 20)
  expect(whole).toEqual(wrapIn(20, text))
  expect(whole).toEqual([
    'One night it found ',
    'a small bird by the',
    'door,',
    '',
    'and carried it to ',
    'the garden. ',
  ])
})

test('a word longer than the screen is left to the terminal', () => {
  expect(wrapIn(8, 'a https://example.org b')).toEqual(['a ', 'https://', 'example.', 'org', 'b'])
})

test('code and tables are left as they are', () => {
  const code = '```js\nconst answer = 42\n```\nnow it wraps'
  expect(createWordWrap(() => 10)(code)).toBe('```js\nconst answer = 42\n```\nnow it wr\x1b[2D\x1b[K\nwraps')
  expect(createWordWrap(() => 10)('    indented code\n| a | table | row |')).not.toContain('\x1b')
})

test('wide letters break anywhere', () => {
  expect(createWordWrap(() => 8)('水水水水')).toBe('水水水\n水')
})
