/** What vLLM prints of a series; milliseconds in, milliseconds out. */
export type Spread = { mean: number; median: number; std: number; percentile(wanted: number): number }

/** Zero where nothing was measured, as vLLM has it. */
export const spreadOf = (values: number[]): Spread => {
  const sorted = Float64Array.from(values).toSorted()
  const mean = sorted.length === 0 ? 0 : sumOf(sorted) / sorted.length
  return {
    mean,
    median: interpolate(sorted, 50),
    std:
      sorted.length === 0 ? 0 : Math.sqrt(sumOf(sorted.map((value) => (value - mean) ** 2)) / sorted.length),
    percentile: (wanted) => interpolate(sorted, wanted),
  }
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)

/** Between the two nearest ranks, which is what NumPy's `percentile` does. */
const interpolate = (sorted: Float64Array, percentile: number): number => {
  if (sorted.length === 0) return 0
  const at = ((sorted.length - 1) * percentile) / 100
  const below = sorted[Math.floor(at)]!
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at))
}
