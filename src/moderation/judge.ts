export type Action = 'block' | 'redact' | 'flag'
export type Direction = 'input' | 'output'

/** Who asks what for. */
export type Subject = {
  model: string
  key: string
  team: string | null
  /** In logs and the ledger. */
  requestId?: string
}

export type Piece = { role: string; text: string }

/** What somebody outside is to judge: whole messages, or the next part of an answer with what came before it. */
export type Question = Subject & {
  direction: Direction
  pieces: Piece[]
  /** The end of what was already sent, for its meaning only. */
  context: string
  /** On output: nothing comes after this part. */
  final: boolean
}

export type Verdict = {
  action: Action | 'allow'
  /** With `redact`: what is to stand instead, one per piece; absent: the filter's replacement. */
  texts?: (string | undefined)[]
  /** For the caller whose request is refused. */
  reason?: string
  categories?: string[]
  /** The filter could not answer, and its policy is to let everything pass. */
  unchecked?: true
}

/** Rejects when it cannot answer. */
export type Judge = (question: Question, signal: AbortSignal) => Promise<Verdict>
