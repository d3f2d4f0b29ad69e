const blocks = [...'▁▂▃▄▅▆▇█']

/** One character a value, from the lowest to the highest of those shown; a gap where nothing was measured. */
export const renderSparkline = (values: readonly (number | undefined)[]): string => {
  const known = values.filter((value) => value !== undefined)
  const lowest = Math.min(...known)
  const span = Math.max(...known) - lowest
  return values
    .map((value) => {
      if (value === undefined) return ' '
      // A line that keeps its level stands in the middle: neither low nor high.
      const height = span === 0 ? 0.5 : (value - lowest) / span
      return blocks[Math.min(blocks.length - 1, Math.floor(height * blocks.length))]!
    })
    .join('')
}
