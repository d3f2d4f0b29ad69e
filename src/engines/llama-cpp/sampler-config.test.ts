import { expect, test } from 'vitest'
import type { Sampling } from '../../engine/types.ts'
import { resolveSamplerConfig } from './sampler-config.ts'

const prompt = Uint32Array.of(5, 6)
const resolve = (sampling: Sampling, change: { choice?: number; banned?: number[] } = {}) =>
  resolveSamplerConfig({ sampling, choice: 0, prompt, contextLength: 128, banned: [], ...change })

test('nothing asked for: temperature 1, a random seed, no other sampler', () => {
  const { seed, ...rest } = resolve({})
  expect(rest).toEqual({ temperature: 1 })
  expect(resolve({}).seed).not.toBe(seed)
})

test('values that change nothing switch nothing on', () => {
  const neutral = { topP: 1, topK: 0, minP: 0, repetitionPenalty: 1, presencePenalty: 0, frequencyPenalty: 0 }
  expect(resolve({ ...neutral, seed: 1, logitBias: new Map() })).toEqual({ temperature: 1, seed: 1 })
})

test('every parameter arrives', () => {
  expect(resolve({ temperature: 0.5, topP: 0.9, topK: 40, minP: 0.05, seed: 3 }, { choice: 2 })).toEqual({
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    minP: 0.05,
    seed: 5,
  })
})

test('any whole number is a seed, and none means "random" to llama.cpp', () => {
  for (const seed of [0, -1, -(2 ** 53) + 1, 2 ** 32 - 1, 2 ** 53 - 1]) {
    const folded = resolve({ seed }).seed!
    expect(folded).toBeGreaterThanOrEqual(0)
    expect(folded).toBeLessThan(2 ** 32 - 1)
  }
})

test('presence and frequency look at the answer; repetition at the prompt too', () => {
  expect(resolve({ presencePenalty: 0.5 })).toMatchObject({
    repeatPenalty: 1,
    repeatPenaltyPresencePenalty: 0.5,
    repeatPenaltyTokens: new Uint32Array(),
    repeatPenaltyMaxTokens: 128,
  })
  expect(resolve({ frequencyPenalty: -1 })).toMatchObject({ repeatPenaltyFrequencyPenalty: -1 })
  expect(resolve({ repetitionPenalty: 1.2 })).toMatchObject({
    repeatPenalty: 1.2,
    repeatPenaltyTokens: prompt,
  })
})

test('-100 bans, and a banned token cannot be forced', () => {
  const { tokenBiasKeys, tokenBiasValues } = resolve(
    {
      logitBias: new Map([
        [1, -100],
        [2, 5],
        [3, 100],
      ]),
    },
    { banned: [3, 9] },
  )
  expect([...tokenBiasKeys!]).toEqual([1, 2, 3, 9])
  expect([...tokenBiasValues!]).toEqual([-Infinity, 5, -Infinity, -Infinity])
})
