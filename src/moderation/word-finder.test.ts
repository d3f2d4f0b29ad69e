import { expect, test } from 'vitest'
import { createRandom, findAll, findTexts, split } from './split.test-kit.ts'
import { createWordFinder } from './word-finder.ts'
import { foldWord, isBoundary } from './word-symbols.ts'

const find = (words: string[], text: string, wholeWords = true) =>
  findTexts(createWordFinder(words, wholeWords), text)

test('words are found whole, whatever their case', () => {
  expect(find(['bad', 'worse'], 'Bad is not badge, nor WORSE than bad.')).toEqual(['Bad', 'WORSE', 'bad'])
  expect(find(['bad'], 'badge', false)).toEqual(['bad'])
  expect(find(['bad'], 'so_bad 2bad bad2')).toEqual([])
})

test('the leftmost wins, then the longest', () => {
  expect(find(['new', 'new york', 'york city'], 'in new york city')).toEqual(['new york'])
  expect(find(['new', 'new york city'], 'in new york today')).toEqual(['new'])
  expect(find(['b c d', 'a b c x', 'c'], 'a b c d')).toEqual(['b c d'])
})

test('accents, full width letters, ligatures, sharp s and invisible characters are no way around', () => {
  expect(find(['café'], 'un cafe\u0301, un CAFÉ')).toEqual(['cafe\u0301', 'CAFÉ'])
  expect(find(['bad'], 'ｂａｄ b\u200Ba\u00ADd')).toEqual(['ｂａｄ', 'b\u200Ba\u00ADd'])
  expect(find(['straße', 'fine'], 'STRASSE ﬁne')).toEqual(['STRASSE', 'ﬁne'])
  expect(find(['σοφος'], 'Σοφος ΣΟΦΟΣ σοφος σοφοσ')).toHaveLength(4)
  expect(find(['bad word'], 'bad \n  word')).toEqual(['bad \n  word'])
})

test('an accent makes another word', () => {
  expect(find(['cafe'], 'café cafe\u0301')).toEqual([])
  expect(find(['か'], 'が')).toEqual([])
})

test('scripts without spaces have no word borders', () => {
  expect(find(['毒品'], '他买毒品了')).toEqual(['毒品'])
  expect(find(['ยาบ้า'], 'ขายยาบ้าที่นี่')).toEqual(['ยาบ้า'])
  expect(find(['마약'], '마약을 팔다')).toEqual(['마약'])
  expect(find(['bad'], '这bad字')).toEqual(['bad'])
})

test('words of signs, and letters outside the first plane', () => {
  expect(find(['c++', '$$$'], 'I know C++. $$$!')).toEqual(['C++', '$$$'])
  expect(find(['😀😀'], 'x😀😀😀')).toEqual(['😀😀'])
  expect(find(['𝔟𝔞𝔡'], 'bad')).toEqual(['bad'])
})

test('only so many invisible characters belong to a word, so that no more is held back', () => {
  const scanner = createWordFinder(['bad'], true).open()
  const text = `b${'\u200B'.repeat(5000)}ad`
  expect(scanner.scan(text.slice(0, 4000), false)).toEqual({ spans: [], settled: 4000 })
  expect(find(['bad'], text)).toEqual([])
})

test('text leaves at once where no word can begin', () => {
  const scanner = createWordFinder(['bad word'], true).open()
  expect(scanner.scan('all is well', false).settled).toBe(11)
  expect(scanner.scan(' bad', false).settled).toBe(12)
  expect(scanner.scan(' wor', false).settled).toBe(12)
  expect(scanner.scan('k', false).settled).toBe(20)
  expect(scanner.scan('bad word', false)).toEqual({ spans: [], settled: 20 })
})

/** By hand, without an automaton: the leftmost place where a word stands, there the longest. */
function findSlowly(words: string[], text: string, wholeWords: boolean) {
  const symbols = foldWord(text)
  const lists = words.map(foldWord).toSorted((one, other) => other.length - one.length)
  const found: string[] = []
  for (let at = 0; at < symbols.length; at += 1) {
    const word = lists.find(
      (list) =>
        list.every((symbol, index) => symbols[at + index] === symbol) &&
        (!wholeWords ||
          (isBoundary(symbols[at - 1] ?? -1, symbols[at]!) &&
            isBoundary(list.at(-1)!, symbols[at + list.length] ?? -1))),
    )
    if (!word) continue
    found.push(`${at}:${word.length}`)
    at += word.length - 1
  }
  return found
}

test('the automaton finds what a slow search finds', () => {
  for (let seed = 0; seed < 3000; seed += 1) {
    const random = createRandom(seed)
    const some = (length: number, from: string) =>
      Array.from({ length: 1 + random.below(length) }, () => random.one(Array.from(from))).join('')
    const words = Array.from({ length: 1 + random.below(6) }, () => some(5, 'abc毒')).filter(Boolean)
    const text = `x${some(40, 'abc 毒')}x`.replaceAll(/ +/g, ' ')
    const wholeWords = seed % 2 === 0
    const found = findAll(createWordFinder(words, wholeWords), [text])
    expect(
      found.map(({ start, end }) => `${start}:${end - start}`),
      `${JSON.stringify(words)} in ${text}`,
    ).toEqual(findSlowly(words, text, wholeWords))
  }
})

test('how a text is cut changes nothing', () => {
  for (let seed = 0; seed < 3000; seed += 1) {
    const random = createRandom(seed)
    const some = (length: number) =>
      Array.from({ length: 1 + random.below(length) }, () =>
        random.one(['a', 'b', 'A', ' ', 'é', 'e\u0301', '\u200B', '😀', '毒', 'ß', 'ﬁ']),
      ).join('')
    const words = Array.from({ length: 1 + random.below(8) }, () => some(4))
    const text = some(80)
    const finder = createWordFinder(words, seed % 2 === 0)
    expect(findAll(finder, split(text, random)), `${JSON.stringify([words, text])}`).toEqual(
      findAll(finder, [text]),
    )
  }
})

test('a hundred thousand words are one automaton', () => {
  const random = createRandom(1)
  const words = Array.from({ length: 100_000 }, (_, index) => `w${index.toString(36)}${random.below(1e6)}`)
  const finder = createWordFinder(words, true)
  expect(findTexts(finder, `so ${words[77_777]} and ${words[3]}x`)).toEqual([words[77_777]])
})
