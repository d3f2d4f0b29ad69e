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

/** Optimal string alignment: two swapped letters, the commonest slip, are one edit. */
function editDistance(left: string, right: string): number {
  const rows = [Array.from({ length: right.length + 1 }, (_, index) => index)]
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    const above = rows[row - 1]!
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      const edits = [above[column - 1]! + (same ? 0 : 1), above[column]! + 1, current[column - 1]! + 1]
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      if (row > 1 && column > 1 && swapped) edits.push(rows[row - 2]![column - 2]! + 1)
      current.push(Math.min(...edits))
    }
    rows.push(current)
  }
  return rows.at(-1)!.at(-1)!
}
