import type { Finder, Span } from './text-scanner.ts'

/** mulberry32: the same numbers for the same seed. */
export function createRandom(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, one: <T>(list: readonly T[]): T => list[below(list.length)]! }
}
export type Random = ReturnType<typeof createRandom>

/** The text in pieces of random lengths, some of them empty; never in the middle of a character. */
export function split(text: string, random: Random): string[] {
  const characters = Array.from(text)
  const pieces: string[] = []
  for (let at = 0; at < characters.length;) {
    const length = random.one([0, 1, 1, 2, 3, 5, 8, 40])
    pieces.push(characters.slice(at, at + length).join(''))
    at += length
  }
  return pieces
}

export function findAll(finder: Finder, pieces: readonly string[]): Span[] {
  const scanner = finder.open()
  const spans: Span[] = []
  for (const [index, piece] of pieces.entries())
    spans.push(...scanner.scan(piece, index === pieces.length - 1).spans)
  return spans
}

export const findTexts = (finder: Finder, text: string): string[] =>
  findAll(finder, [text]).map(({ start, end }) => text.slice(start, end))
