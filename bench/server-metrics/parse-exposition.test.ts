import { expect, test } from 'vitest'
import { parseExposition } from './parse-exposition.ts'

const valuesOf = (text: string) => {
  const exposition = parseExposition(text)
  return exposition === undefined ? undefined : [...exposition.values()].flat()
}

test('names, labels, escapes, timestamps, exemplars and special values', () => {
  const text = [
    '# HELP a:b_total Requests.',
    '# TYPE a:b_total counter',
    String.raw`a:b_total{model="C:\\x",text="say \"hi\"\n",} 8.128902e+06 1395066363000`,
    'plain 3',
    '',
    'bucket{le="+Inf"} 4 # {trace_id="x"} 0.67',
    'nothing NaN\r',
    'endless{} +Inf',
    '# EOF',
  ].join('\n')
  expect(valuesOf(text)).toEqual([
    { name: 'a:b_total', labels: { model: String.raw`C:\x`, text: 'say "hi"\n' }, value: 8_128_902 },
    { name: 'plain', labels: {}, value: 3 },
    { name: 'bucket', labels: { le: '+Inf' }, value: 4 },
    { name: 'nothing', labels: {}, value: Number.NaN },
    { name: 'endless', labels: {}, value: Number.POSITIVE_INFINITY },
  ])
})

test.each([
  '<!doctype html>',
  '{"status": "ok"}',
  'a{b="c} 1',
  'a{b=c} 1',
  'a one',
  'a',
  '7 7',
  'a{x="1"y="2"} 1',
])('%s is not of the format', (text) => {
  expect(parseExposition(`fine 1\n${text}`)).toBeUndefined()
})
