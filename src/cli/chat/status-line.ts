export type StatusLine = {
  /** Shows `text` behind a spinner; undefined takes it away. */
  show(text: string | undefined): void
}

const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const frameMs = 80

/** One transient line. Without `animate` it stays silent: a file or a dumb terminal would keep every frame. */
export function createStatusLine(
  output: NodeJS.WritableStream & { columns?: number },
  { animate, dim }: { animate: boolean; dim: (text: string) => string },
): StatusLine {
  let text: string | undefined
  let frame = 0
  let timer: NodeJS.Timeout | undefined
  const draw = () => {
    if (text === undefined) return
    // A line that wrapped could not be taken away again.
    const shown = text.slice(0, (output.columns ?? 80) - 3)
    output.write(`\r\x1b[2K${dim(`${frames[frame++ % frames.length]} ${shown}`)}`)
  }
  return {
    show(next) {
      if (!animate || next === text) return
      if (next === undefined) {
        clearInterval(timer)
        timer = undefined
        text = undefined
        output.write('\r\x1b[2K\x1b[?25h')
        return
      }
      if (timer === undefined) {
        output.write('\x1b[?25l')
        timer = setInterval(draw, frameMs)
        timer.unref()
      }
      text = next
      draw()
    },
  }
}
