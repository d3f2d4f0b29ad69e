/** Numbers that repeat (mulberry32), so that a case that fails can be found again. */
export type Random = {
  below(limit: number): number
  one<T>(choices: readonly T[]): T
  maybe<T>(make: () => T): T | undefined
  list<T>(most: number, make: () => T): T[]
  /** Any characters, half ones excluded. */
  text(): string
  /** A number that 32 bits hold exactly. */
  float(least: number, most: number): number
}

const pieces = ['a', 'word ', '\n', '"', '\\', '\0', 'é', 'größe', '水門', '🌊', '👩‍🚀', '<|im_end|>', '   ']

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const random: Random = {
    below: (limit) => Math.floor(next() * limit),
    one: (choices) => choices[random.below(choices.length)]!,
    maybe: (make) => (next() < 0.5 ? make() : undefined),
    list: (most, make) => Array.from({ length: random.below(most + 1) }, make),
    text: () => random.list(8, () => random.one(pieces)).join(''),
    float: (least, most) => Math.fround(least + next() * (most - least)),
  }
  return random
}

/** Leaves out what is undefined. */
export const present = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as never
