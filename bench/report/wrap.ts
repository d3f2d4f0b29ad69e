/** Breaks at spaces. A word longer than a line stays whole. */
export const wrap = (text: string, columns: number, first: string, following: string): string => {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = following
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line].join('\n')
}
