import { emitKeypressEvents } from 'node:readline'
import { createKeyboard } from './keyboard.ts'
import { type LineInput, type LineRequest, startLineEditor } from './line-editor.ts'
import { createClipboard } from './paste.ts'
import { stripControls } from './safe-text.ts'
import { createStatusLine } from './status-line.ts'
import { createDim } from './style.ts'
import { createWordWrap } from './word-wrap.ts'

export type Terminal = {
  /** From the beginning of a line. Control characters are dropped. Takes the status line away first. */
  write(text: string): void
  /** Starts a text that comes in pieces; what it gives writes them, without cutting words at the edge. */
  prose(): (text: string) => void
  /** As `prose`, dimmed. */
  aside(): (text: string) => void
  /** A line of our own, dimmed. */
  hint(text: string): void
  status(text: string | undefined): void
  readLine(request: LineRequest): Promise<LineInput>
  /** `listener` gets every Ctrl-C that no line editor takes, until the returned function is called. */
  onInterrupt(listener: () => void): () => void
  /** Ctrl-C that came as a signal instead of a key. */
  interrupt: () => void
  /** Gives the terminal back as it was. Synchronous and repeatable: it also runs when the process dies. */
  restore: () => void
}

export type TerminalInput = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?(raw: boolean): unknown }
export type TerminalOutput = NodeJS.WritableStream & { isTTY?: boolean; columns?: number }

export function openTerminal(
  input: TerminalInput,
  output: TerminalOutput,
  environment: NodeJS.ProcessEnv,
): Terminal {
  const escapes = Boolean(output.isTTY) && environment.TERM !== 'dumb'
  const voice = createVoice(output, escapes, createDim(output, environment))
  const clipboard = createClipboard()
  const interruptListeners = new Set<() => void>()
  const mode = createMode(input, output, escapes)
  const keyboard = createKeyboard({
    interrupt: () => interruptListeners.forEach((listener) => listener()),
    suspend: () => suspend(input, mode, keyboard.redraw),
  })
  emitKeypressEvents(input)
  input.on('keypress', keyboard.press)
  input.once('end', keyboard.end)
  // A window that closed fails reads and writes: stop the answer and leave.
  const lose = () => {
    keyboard.interrupt()
    keyboard.end()
  }
  input.on('error', lose)
  output.on('error', lose)
  input.resume()
  mode.enter()

  return {
    ...voice,
    readLine(request) {
      voice.status(undefined)
      return new Promise((resolve) => {
        const done = (line: LineInput) => {
          keyboard.detach()
          resolve(line)
        }
        keyboard.attach(startLineEditor(output, request, clipboard, done))
      })
    },
    onInterrupt(listener) {
      interruptListeners.add(listener)
      return () => interruptListeners.delete(listener)
    },
    interrupt: keyboard.interrupt,
    restore() {
      voice.status(undefined)
      mode.leave()
    },
  }
}

function createVoice(
  output: TerminalOutput,
  animate: boolean,
  dim: (text: string) => string,
): Pick<Terminal, 'write' | 'prose' | 'aside' | 'hint' | 'status'> {
  const statusLine = createStatusLine(output, { animate, dim })
  const write = (text: string) => {
    statusLine.show(undefined)
    output.write(text)
  }
  const startText = () => {
    const wrap = animate ? createWordWrap(() => output.columns ?? Infinity) : (text: string) => text
    return (text: string) => wrap(stripControls(text))
  }
  return {
    write: (text) => write(startText()(text)),
    prose() {
      const clean = startText()
      return (text) => write(clean(text))
    },
    aside() {
      const clean = startText()
      return (text) => write(dim(clean(text)))
    },
    hint: (text) => write(`${dim(startText()(text))}\n`),
    status: (text) => statusLine.show(text === undefined ? undefined : stripControls(text)),
  }
}

type Mode = { enter(): void; leave(): void }

/** Raw keys, and pastes in brackets (2004); on leaving the cursor is shown too. */
function createMode(input: TerminalInput, output: TerminalOutput, escapes: boolean): Mode {
  let entered = false
  return {
    enter() {
      entered = true
      input.setRawMode?.(true)
      if (escapes) output.write('\x1b[?2004h')
    },
    leave() {
      if (!entered) return
      entered = false
      if (escapes) output.write('\x1b[?2004l\x1b[?25h')
      input.setRawMode?.(false)
    },
  }
}

/** Ctrl-Z: the shell gets its terminal, and we get ours back after `fg`. */
function suspend(input: TerminalInput, mode: Mode, redraw: () => void): void {
  if (!input.isTTY || process.platform === 'win32') return
  mode.leave()
  process.once('SIGCONT', () => {
    mode.enter()
    redraw()
  })
  process.kill(process.pid, 'SIGTSTP')
}
