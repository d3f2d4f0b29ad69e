/** A find, in UTF-16 offsets from the start of the whole text. */
export type Span = { start: number; end: number }

export type Scanned = {
  /** Finds that no further text can change, in order and without overlap. */
  spans: Span[]
  /** Everything before this offset is decided; what follows may still become part of a find. */
  settled: number
}

/** Reads one text in pieces. How it is cut into pieces does not change what is found. */
export type TextScanner = {
  /** `final`: no text comes after this piece. */
  scan(text: string, final: boolean): Scanned
}

/** What a filter looks for, ready for any number of texts. */
export type Finder = { open(): TextScanner }
