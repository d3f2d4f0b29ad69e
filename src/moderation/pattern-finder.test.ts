import { expect, test } from 'vitest'
import { builtinPatterns, type BuiltinName } from './builtin-patterns.ts'
import { createPatternFinder } from './pattern-finder.ts'
import { createRandom, findAll, findTexts, split } from './split.test-kit.ts'

const open = (source: string, maxMatch = 128) => createPatternFinder({ source, ignoreCase: false, maxMatch })
const find = (source: string, text: string, maxMatch?: number) => findTexts(open(source, maxMatch), text)
const findBuiltin = (name: BuiltinName, text: string) =>
  findTexts(createPatternFinder(builtinPatterns[name]), text)

test('matches with borders, alternatives and anchors', () => {
  expect(find('\\bfoo\\b', 'foo food xfoo foo')).toEqual(['foo', 'foo'])
  expect(find('^foo|bar$', 'foo foo bar bar')).toEqual(['foo', 'bar'])
  expect(find('a.*z|a', 'a b a z a')).toEqual(['a b a z', 'a'])
  expect(find('(?i)straße', 'STRAßE')).toEqual(['STRAßE'])
  expect(find('[😀-😂]+', 'x😀😂y')).toEqual(['😀😂'])
})

test('a border is decided by the next character, wherever the text is cut', () => {
  expect(findAll(open('\\bfoo\\b'), ['fo', 'o', 'd foo'])).toEqual([{ start: 5, end: 8 }])
  expect(findAll(open('foo$'), ['foo', ' foo'])).toEqual([{ start: 4, end: 7 }])
})

test('text leaves at once where no match can begin, and is held no longer than one can last', () => {
  const scanner = open('secret: [a-z]+!', 20).open()
  expect(scanner.scan('nothing to see here', false).settled).toBe(19)
  expect(scanner.scan(' secr', false).settled).toBe(20)
  expect(scanner.scan('et: abc', false).settled).toBe(20)
  expect(scanner.scan('defghijklmnopqrstuvw', false).settled).toBe(31)
  expect(scanner.scan('! ', false)).toEqual({ spans: [], settled: 53 })
})

test('a longer match is cut, and the search goes on behind it', () => {
  expect(find('\\d+', '1234567890', 4)).toEqual(['1234', '5678', '90'])
  expect(find('x.*z', `x${'y'.repeat(10)}z x-z`, 8)).toEqual(['x-z'])
})

test('what would take a backtracking engine years takes a moment', () => {
  for (const source of ['(a+)+b', '(a|a)*b', '(?:a?){50}a{50}b', '([a-z]+)*=', '(.*a){12}b']) {
    expect(find(source, 'a'.repeat(20_000), 128)).toEqual([])
  }
})

test('expressions that cannot be used are refused with the reason', () => {
  expect(() => open('(unclosed')).toThrow(/not a regular expression of RE2: .*missing closing/)
  expect(() => open('(?=ahead)x')).toThrow(/look-around and back-references do not exist here/)
  expect(() => open('(a)\\1')).toThrow(/look-around and back-references/)
  expect(() => open('a*')).toThrow(/also matches nothing at all/)
  expect(() => open('\\b')).toThrow(/also matches nothing at all/)
  expect(() => open('a{100000}')).toThrow(/not a regular expression/)
})

const sources = [
  '\\bab\\b',
  'a+b',
  'a.{0,6}b|c',
  '(ab|ba)+',
  '[^ ]+ ?[^ ]+!',
  'b$|^a',
  '\\Bb',
  'a.*?c|b.*a',
  '(?i)A[bc]+ ',
  'é😀?',
  '(?:a|aa|aaa)c',
]

test('how a text is cut changes nothing', () => {
  for (let seed = 0; seed < 6000; seed += 1) {
    const random = createRandom(seed)
    const text = Array.from({ length: random.below(120) }, () =>
      random.one(['a', 'a', 'b', 'b', 'c', ' ', '!', 'é', '😀', '\n']),
    ).join('')
    const source = sources[seed % sources.length]!
    const finder = open(source, random.one([1, 2, 3, 5, 8, 30, 128]))
    expect(findAll(finder, [...split(text, random), '']), `${source} in ${JSON.stringify(text)}`).toEqual(
      findAll(finder, [text]),
    )
  }
})

test('where no match is too long, the finds are those of JavaScript’s own engine', () => {
  for (let seed = 0; seed < 3000; seed += 1) {
    const random = createRandom(seed)
    const text = Array.from({ length: random.below(60) }, () =>
      random.one(['a', 'a', 'b', 'b', 'c', ' ', '!', 'A']),
    ).join('')
    const source = sources[seed % sources.length]!
    const expression = new RegExp(source.replace('(?i)', ''), source.startsWith('(?i)') ? 'gui' : 'gu')
    expect(findAll(open(source, 128), split(text, random)), `${source} in ${text}`).toEqual(
      text === ''
        ? []
        : [...text.matchAll(expression)].map(({ index, 0: match }) => ({
            start: index,
            end: index + match.length,
          })),
    )
  }
})

test('cards pass Luhn, beside other numbers too', () => {
  expect(findBuiltin('credit_card', 'pay 4111 1111 1111 1111, 378282246310005')).toEqual([
    '4111 1111 1111 1111',
    '378282246310005',
  ])
  expect(findBuiltin('credit_card', 'order 4111111111111112, 0000000000000000')).toEqual([])
  expect(findBuiltin('credit_card', 'row 12 4111-1111-1111-1111 123')).toEqual(['4111-1111-1111-1111'])
})

test('the other shapes', () => {
  expect(findBuiltin('email', 'write to Ann.Lee+x@mail.example.org. Bye@')).toEqual([
    'Ann.Lee+x@mail.example.org',
  ])
  expect(findBuiltin('iban', 'DE89 3704 0044 0532 0130 00 or DE89370400440532013001')).toEqual([
    'DE89 3704 0044 0532 0130 00',
  ])
  expect(findBuiltin('phone', 'call +49 30 901820-0, (555) 123-4567, 030 1234567')).toHaveLength(3)
  expect(findBuiltin('phone', 'in 2024 there were 1234 cases, 3.14159')).toEqual([])
  expect(findBuiltin('ipv4', 'at 192.168.0.1, not 300.1.1.1 or 1.2.3')).toEqual(['192.168.0.1'])
  const token = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${'a'.repeat(300)}`
  const keys = ['sk-proj-abcdefghijklmnop1234', 'AKIAIOSFODNN7EXAMPLE', `ghp_${'a1'.repeat(18)}`, token]
  expect(findBuiltin('api_key', `keys: ${keys.join(' , ')} .`)).toEqual(keys)
})

test('shapes with checksums are found however the text is cut', () => {
  const text = 'a 4111 1111 1111 1111 b DE89370400440532013000 c 4111 1111 1111 1112 9 d'
  for (let seed = 0; seed < 500; seed += 1) {
    for (const name of ['credit_card', 'iban', 'phone'] as const) {
      const finder = createPatternFinder(builtinPatterns[name])
      expect(findAll(finder, split(text, createRandom(seed))), name).toEqual(findAll(finder, [text]))
    }
  }
})
