import type { Terminal } from './terminal.ts'

export type AnswerDisplay = {
  status(text: string): void
  reasoning(text: string): void
  text(text: string): void
  /** The cursor is at the beginning of a line again. */
  end(): void
}

/**
 * An answer as it streams. What the model thinks first is dim and stands under a heading, and so does the answer
 * then: without colours, nothing else would tell them apart.
 */
export function createAnswerDisplay(terminal: Terminal, showReasoning: boolean): AnswerDisplay {
  let part: 'nothing' | 'reasoning' | 'answer' = 'nothing'
  let write: (text: string) => void = () => undefined
  let atLineStart = true

  const end = () => {
    if (!atLineStart) terminal.write('\n')
    atLineStart = true
  }
  const begin = (next: 'reasoning' | 'answer') => {
    if (part === next) return
    end()
    if (next === 'reasoning') terminal.hint('[reasoning]')
    else if (part === 'reasoning') terminal.hint('[answer]')
    part = next
    write = next === 'reasoning' ? terminal.aside() : terminal.prose()
  }
  const show = (next: 'reasoning' | 'answer', text: string) => {
    if (text === '') return
    begin(next)
    write(text)
    atLineStart = text.endsWith('\n')
  }
  return {
    // In the middle of a line, a status would take that away.
    status: (text) => atLineStart && terminal.status(text),
    reasoning(text) {
      if (showReasoning) show('reasoning', text)
      else if (part === 'nothing') terminal.status('reasoning')
    },
    text: (text) => show('answer', text),
    end,
  }
}
