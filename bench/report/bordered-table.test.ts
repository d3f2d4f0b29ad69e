import { expect, test } from 'vitest'
import { renderFolded, type TableColumn } from './bordered-table.ts'

const column = (head: string, cell: string): TableColumn => ({ head, align: 'right', cells: [cell] })
const key = column('Load', '16')
const groups = [
  [column('a', '11111111'), column('b', '22222222')],
  [column('c', '33333333'), column('d', '44444444'), column('e', '55555555')],
]
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length))
const heads = (text: string) => text.split('\n').filter((line) => line.includes('Load'))

test('one table where it fits', () => {
  expect(heads(renderFolded(key, groups, 63))).toHaveLength(1)
  expect(widest(renderFolded(key, groups, 63))).toBe(63)
})

test('between groups where it does not, with the first column in each', () => {
  const text = renderFolded(key, groups, 62)
  expect(heads(text)).toEqual(['│ Load │        a │        b │', '│ Load │        c │        d │        e │'])
})

test('inside a group that is too wide by itself, and never without a column', () => {
  for (const width of [40, 30, 20, 1]) {
    const text = renderFolded(key, groups, width)
    if (width >= 20) expect(widest(text)).toBeLessThanOrEqual(width)
    for (const digit of '12345') expect(text).toContain(digit.repeat(8))
  }
})
