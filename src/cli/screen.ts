/** A picture that is drawn over itself, on the terminal's second screen: what was there before comes back. */
export function openScreen(output: NodeJS.WriteStream) {
  output.write('\x1b[?1049h\x1b[?25l')
  return {
    draw(text: string): void {
      const lines = text.split('\n').slice(0, output.rows)
      // Cut, not wrapped: a wrapped line would push the picture out of place.
      const fitting = lines.map((line) => line.slice(0, output.columns))
      output.write(`\x1b[H${fitting.map((line) => `${line}\x1b[K`).join('\n')}\x1b[J`)
    },
    close: () => void output.write('\x1b[?25h\x1b[?1049l'),
  }
}
