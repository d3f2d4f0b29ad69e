/** The candidate with the fewest edits, if it is close enough to be what was meant. */
export function findNearest(wanted: string, candidates: string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      distance: editDistance(wanted.toLowerCase(), candidate.toLowerCase()),
    }))
    .toSorted((left, right) => left.distance - right.distance)
  const best = ranked[0]
  if (best === undefined) return undefined
  const prefix = candidates.find((candidate) => wanted.length > 1 && candidate.startsWith(wanted))
  return best.distance <= Math.max(1, Math.floor(wanted.length / 2)) ? best.candidate : prefix
}

/** Levenshtein, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let index = 0; index < left.length; index++) {
    const next = [index + 1]
    for (let column = 0; column < right.length; column++) {
      const replaced = row[column]! + (left[index] === right[column] ? 0 : 1)
      next.push(Math.min(replaced, row[column + 1]! + 1, next[column]! + 1))
    }
    row = next
  }
  return row.at(-1)!
}
