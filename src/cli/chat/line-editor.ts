import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { type Clipboard, foldLines, type KeyEvent } from './paste.ts'

/** The words that fit, and the part of the line that each would replace. */
export type Completion = [fits: string[], replaced: string]

/** `interrupt` is Ctrl-C: `wasEmpty` when nothing was typed. `end` is Ctrl-D, or a terminal that went away. */
export type LineInput =
  | { type: 'line'; text: string }
  | { type: 'interrupt'; wasEmpty: boolean }
  | { type: 'end' }

export type LineRequest = {
  prompt: string
  history: string[]
  complete: (line: string) => Promise<Completion>
}

export type LineEditor = {
  take(event: KeyEvent): void
  redraw(): void
  /** The input has no more to give. */
  end(): void
}

/**
 * Node's readline for one line. It gets its keys from us, not from the terminal, so that pastes, keys typed
 * ahead and Ctrl-C during an answer are decided in one place.
 */
export function startLineEditor(
  output: NodeJS.WritableStream,
  request: LineRequest,
  clipboard: Clipboard,
  done: (input: LineInput) => void,
): LineEditor {
  const keys = new PassThrough()
  let finished = false
  // Readline must not hear of a completion after its close.
  const readline = createReadline(keys, output, request, () => !finished)
  const finish = (input: LineInput) => {
    if (finished) return
    finished = true
    readline.close()
    done(input)
  }
  readline.on('line', (line) => finish({ type: 'line', text: clipboard.restore(line) }))
  readline.on('close', () => {
    if (finished) return
    output.write('\n')
    finish({ type: 'end' })
  })
  readline.on('SIGINT', () => {
    const wasEmpty = readline.line === ''
    // Cleared through the editor itself: it knows how many rows the text takes.
    readline.write(null, { ctrl: true, name: 'e' })
    readline.write(null, { ctrl: true, name: 'u' })
    output.write(wasEmpty ? '\n' : '\r\x1b[J')
    finish({ type: 'interrupt', wasEmpty })
  })
  readline.prompt()
  return {
    take(event) {
      if (event.type === 'paste') readline.write(clipboard.take(event.text))
      // Alt-Enter: a newline in the entry.
      else if (event.press.key.meta && event.press.key.name === 'return') readline.write(foldLines('\n'))
      else keys.emit('keypress', event.press.text, event.press.key)
    },
    redraw: () => readline.prompt(true),
    end: () => readline.close(),
  }
}

function createReadline(
  input: PassThrough,
  output: NodeJS.WritableStream,
  { prompt, history, complete }: LineRequest,
  isOpen: () => boolean,
) {
  return createInterface({
    input,
    output,
    prompt,
    terminal: true,
    history: history.map(foldLines).toReversed(),
    historySize: history.length + 1,
    completer: (line: string, callback: (error: Error | null, completion: Completion) => void) => {
      complete(line).then(
        (completion) => isOpen() && callback(null, completion),
        () => isOpen() && callback(null, [[], line]),
      )
    },
  })
}
