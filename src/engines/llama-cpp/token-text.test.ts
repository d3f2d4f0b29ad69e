import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveModel, type NativeModel } from './binding.ts'
import { startNative } from './native.ts'
import { createTextAssembler } from './text-assembler.ts'
import { createTokenText, type TokenText } from './token-text.ts'

const modelPath = fileURLToPath(new URL('../../../pocket/pocket.gguf', import.meta.url))
let model: NativeModel
let dispose: () => Promise<void>
let textOf: (token: number) => TokenText

beforeAll(async () => {
  const { llama } = await startNative()
  const loaded = await llama.loadModel({ modelPath, gpuLayers: 0 })
  model = resolveModel(loaded)
  dispose = () => loaded.dispose()
  textOf = createTokenText(model, 2048)
})
afterAll(() => dispose())

test.each(['plain words', 'größe 水門 🌊👩‍🚀', 'tabs\tand\n\nlines', 'Ω≈ç√∫˜µ≤'])(
  '%j comes back from its tokens one by one, in whole characters',
  (text) => {
    const assembler = createTextAssembler()
    const pieces = [...model.tokenize(text, false)].map((token) => assembler.push(textOf(token)))
    expect(pieces.join('') + assembler.flush()).toBe(text)
    for (const piece of pieces) expect(piece.isWellFormed() && !piece.includes('\uFFFD')).toBe(true)
  },
)

test('a character over several tokens leaves with the last of them', () => {
  const tokens = [...model.tokenize('🌊', false)]
  expect(tokens.length).toBeGreaterThan(1)
  const assembler = createTextAssembler()
  const pieces = tokens.map((token) => assembler.push(textOf(token)))
  expect(pieces.filter((piece) => piece !== '')).toEqual(['🌊'])
})

test('control tokens have no text', () => {
  const tokens = [...model.tokenize('<|im_start|>hi<|im_end|>', true)]
  expect(tokens.map((token) => textOf(token)).join('')).toBe('hi')
})
