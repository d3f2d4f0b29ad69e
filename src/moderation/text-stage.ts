/** What leaves a stage after a piece of text went in. */
export type Staged = {
  text: string
  /** Name of the filter that ended the text; `text` is what may still be sent. */
  blocked?: string
}

/** One filter at work on one text. `final`: the text ends with this piece. */
export type TextStage = {
  push(text: string, final: boolean): Staged | Promise<Staged>
  /** Characters that are held back. */
  held(): number
}

/** Where filters note what they found: names only, never text. */
export type Flags = { add(flag: string): void }
