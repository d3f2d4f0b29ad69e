import { expect, test } from 'vitest'
import { createStopMatcher } from './stop-matcher.ts'

/** Sends the text in pieces; what came out, and whether it stopped. */
function send(stops: string[], pieces: string[]) {
  const matcher = createStopMatcher(stops)
  const out: string[] = []
  for (const piece of pieces) {
    const { text, stopped } = matcher.push(piece)
    out.push(text)
    if (stopped) return { out, stopped }
  }
  return { out: [...out, matcher.flush()], stopped: false }
}

test('holds back the longest end that may still become a stop string', () => {
  expect(send(['END'], ['the E', 'N', 'D of it'])).toEqual({ out: ['the ', '', ''], stopped: true })
  expect(send(['END'], ['the E', 'N', 'ergy'])).toEqual({ out: ['the ', '', 'ENergy', ''], stopped: false })
})

test('a broken match may contain the start of the real one', () => {
  expect(send(['aab'], ['aa', 'a', 'b'])).toEqual({ out: ['', 'a', ''], stopped: true })
  expect(send(['abab!'], ['abab', 'ab!'])).toEqual({ out: ['', 'ab'], stopped: true })
})

test('the first stop string to be complete wins, cut where it begins', () => {
  expect(send(['wxyz', 'xy'], ['vwxy'])).toEqual({ out: ['vw'], stopped: true })
  expect(send(['b', 'ab'], ['xab'])).toEqual({ out: ['x'], stopped: true })
})

test('text that was held back leaves at the end', () => {
  expect(send(['\n\n'], ['one\n'])).toEqual({ out: ['one', '\n'], stopped: false })
})

test('what ends before it is armed passes; what begins there and ends later stops', () => {
  const overlapping = createStopMatcher(['aba'])
  expect(overlapping.push('xaba', false)).toEqual({ text: 'xab', stopped: false })
  // The end of the one that passed is the beginning of the next.
  expect(overlapping.push('ba')).toEqual({ text: '', stopped: true })
  const held = createStopMatcher(['END', 'x'])
  expect(held.push('x the EN', false)).toEqual({ text: 'x the ', stopped: false })
  expect(held.push('D')).toEqual({ text: '', stopped: true })
})

test('no stop strings, or empty ones, hold nothing', () => {
  expect(send([], ['a'])).toEqual({ out: ['a', ''], stopped: false })
  expect(send([''], ['a'])).toEqual({ out: ['a', ''], stopped: false })
})

test('agrees with a plain search on every way to cut the text', () => {
  const text = 'abcabcabdabcabdx'
  const stops = ['abcabd', 'dx']
  const end = Math.min(...stops.map((stop) => text.indexOf(stop) + stop.length))
  const stop = stops.find((candidate) => text.indexOf(candidate) + candidate.length === end)!
  for (let size = 1; size <= text.length; size++) {
    const pieces = text.match(new RegExp(`.{1,${size}}`, 'g'))!
    const { out, stopped } = send(stops, pieces)
    expect({ text: out.join(''), stopped }).toEqual({
      text: text.slice(0, text.indexOf(stop)),
      stopped: true,
    })
  }
})
