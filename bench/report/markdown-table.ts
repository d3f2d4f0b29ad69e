/** A table of GitHub's Markdown; all but the first column stand to the right. */
export const table = (head: string[], rows: string[][]): string => {
  const line = (cells: string[]): string => `| ${cells.map(escape).join(' | ')} |`
  const rule = `|${head.map((_, index) => (index === 0 ? ' --- ' : ' ---: ')).join('|')}|`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

/** A server's message may hold anything; it must stay in its cell and stay text. */
export const escape = (text: string): string =>
  text
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', String.raw`\|`)
