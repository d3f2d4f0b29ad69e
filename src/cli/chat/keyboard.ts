import type { Key } from 'node:readline'
import type { LineEditor } from './line-editor.ts'
import { createPasteCollector, type KeyEvent } from './paste.ts'

export type Keyboard = {
  press: (text: string | undefined, key: Key) => void
  /** Ctrl-C that came as a signal instead of a key. */
  interrupt: () => void
  /** `editor` takes the keys from here on, first those that were typed ahead. */
  attach(editor: LineEditor): void
  detach(): void
  /** Draws the line again, after somebody else had the screen. */
  redraw: () => void
  /** No key comes any more. */
  end: () => void
}

/** Keys typed while an answer streams wait for the next prompt; a cat on the keyboard does not fill memory. */
const maxAhead = 4096
const ctrlC: KeyEvent = {
  type: 'key',
  press: { text: '\x03', key: { name: 'c', ctrl: true, sequence: '\x03' } },
}

/** Decides who gets a key: the line editor, or, while there is none, Ctrl-C its listener and the rest nobody yet. */
export function createKeyboard(on: { interrupt: () => void; suspend: () => void }): Keyboard {
  const collect = createPasteCollector()
  let editor: LineEditor | undefined
  let ahead: KeyEvent[] = []
  let ended = false

  const deliver = (event: KeyEvent) => {
    const control = event.type === 'key' && event.press.key.ctrl ? event.press.key.name : undefined
    if (control === 'z') on.suspend()
    else if (editor) editor.take(event)
    else if (control === 'c') {
      ahead = []
      on.interrupt()
    } else if (ahead.length < maxAhead) ahead.push(event)
  }
  return {
    press(text, key) {
      const event = collect({ text, key })
      if (event) deliver(event)
    },
    interrupt: () => deliver(ctrlC),
    attach(next) {
      editor = next
      const waiting = ahead
      ahead = []
      for (const event of waiting) deliver(event)
      if (ended) editor?.end()
    },
    detach() {
      editor = undefined
    },
    redraw: () => editor?.redraw(),
    end() {
      ended = true
      editor?.end()
    },
  }
}
