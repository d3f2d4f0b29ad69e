import { expect, test } from 'vitest'
import { createTextAssembler } from './text-assembler.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('characters leave when their last byte is there', () => {
  const assembler = createTextAssembler()
  const wave = bytes('🌊')
  const out = ['a ', ...Array.from(wave, (byte) => Uint8Array.of(byte)), ' b'].map((piece) =>
    assembler.push(piece),
  )
  expect(out).toEqual(['a ', '', '', '', '🌊', ' b'])
  expect(assembler.flush()).toBe('')
})

test('bytes that can be no character are replaced as soon as that is certain', () => {
  const assembler = createTextAssembler()
  expect(assembler.push(Uint8Array.of(0xff))).toBe('\uFFFD')
  expect(assembler.push(bytes('水').subarray(0, 2))).toBe('')
  expect(assembler.push('x')).toBe('\uFFFDx')
})

test('a character without its end becomes one replacement, at the very end', () => {
  const assembler = createTextAssembler()
  expect(assembler.push(bytes('水').subarray(0, 2))).toBe('')
  expect(assembler.flush()).toBe('\uFFFD')
  expect(assembler.flush()).toBe('')
})

test('a byte order mark is text like any other', () => {
  expect(createTextAssembler().push(bytes('\uFEFFa'))).toBe('\uFEFFa')
})
