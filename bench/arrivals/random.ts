/** Uniform in [0, 1), 53 bits. The same seed gives the same numbers on every machine. */
export type Random = () => number

/** sfc32, seeded through splitmix32: passes PractRand, and two neighbouring seeds have nothing in common. */
export const createRandom = (seed: number): Random => {
  // Seeds above 32 bits differ in their upper half.
  let state = (seed ^ Math.floor(seed / 2 ** 32)) | 0
  const mix = (): number => {
    state = (state + 0x9e3779b9) | 0
    let value = state ^ (state >>> 16)
    value = Math.imul(value, 0x21f0aaad)
    value ^= value >>> 15
    value = Math.imul(value, 0x735a2d97)
    return (value ^ (value >>> 15)) | 0
  }
  let [a, b, c, counter] = [mix(), mix(), mix(), 1]
  const next32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round += 1) next32()
  return () => ((next32() >>> 5) * 2 ** 26 + (next32() >>> 6)) / 2 ** 53
}
