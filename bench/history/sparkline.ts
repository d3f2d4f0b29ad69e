const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** As high as the values are between their smallest and largest; a gap for what was not measured. */
export const drawSparkline = (values: (number | null)[]): string => {
  const known = values.filter((value) => value !== null)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  return values
    .map((value) => {
      if (value === null) return ' '
      const share = high > low ? (value - low) / (high - low) : 0.5
      return blocks[Math.min(blocks.length - 1, Math.floor(share * blocks.length))]!
    })
    .join('')
}
