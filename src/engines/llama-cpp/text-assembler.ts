import type { TokenText } from './token-text.ts'

export type TextAssembler = {
  /** The characters that are complete now; bytes of a started one stay inside. */
  push(piece: TokenText): string
  /** U+FFFD for a character that never got its last byte, else nothing. */
  flush(): string
}

export function createTextAssembler(): TextAssembler {
  const encoder = new TextEncoder()
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let mayHoldBytes = false
  return {
    push(piece) {
      const whole = typeof piece === 'string'
      if (whole && !mayHoldBytes) return piece
      mayHoldBytes = !whole
      decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })
      return decoder.decode(whole ? encoder.encode(piece) : piece, { stream: true })
    },
    flush() {
      mayHoldBytes = false
      return decoder?.decode() ?? ''
    },
  }
}
