import type { NativeModel } from './binding.ts'

/** A token's text: a string where it is whole UTF-8 by itself, bytes where a character crosses tokens. */
export type TokenText = string | Uint8Array

// llama.h: enum llama_vocab_type and enum llama_token_attr.
const sentencePieceVocabularies = new Set([1, 4])
const attribute = { unknown: 1, control: 8, userDefined: 16, byte: 32 }
const replacement = '\uFFFD'
const encoder = new TextEncoder()

/** GPT-2 writes each byte of a token as one printable character; this is the way back. */
const byteOfCharacter = new Map<string, number>()
for (let byte = 0, next = 256; byte < 256; byte++) {
  const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  byteOfCharacter.set(String.fromCodePoint(printable ? byte : next++), byte)
}

const decodeByteLevel = (text: string): Uint8Array =>
  Uint8Array.from(
    Array.from(text).flatMap((character) => byteOfCharacter.get(character) ?? [...encoder.encode(character)]),
  )

const decodeByteToken = (text: string): Uint8Array | undefined => {
  const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(text)?.[1]
  return hex === undefined ? undefined : Uint8Array.of(Number.parseInt(hex, 16))
}

const wholeOrBytes = (bytes: Uint8Array): TokenText => {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  return text.includes(replacement) ? bytes : text
}

/**
 * Text of single tokens, cached. llama.cpp's own detokenizer returns a string, which loses the bytes of
 * a character that continues in the next token, and drops a SentencePiece token's leading space.
 * Control tokens have no text.
 */
export function createTokenText(model: NativeModel, vocabularySize: number): (token: number) => TokenText {
  const cache: (TokenText | undefined)[] = Array.from({ length: vocabularySize })
  const sentencePiece = sentencePieceVocabularies.has(model.getVocabularyType())

  const read = (token: number): TokenText => {
    const attributes = model.getTokenAttributes(token)
    if ((attributes & (attribute.control | attribute.unknown)) !== 0) return ''
    const raw = model.getTokenString(token)
    if ((attributes & attribute.userDefined) !== 0) return raw
    const single = (attributes & attribute.byte) === 0 ? undefined : decodeByteToken(raw)
    if (single !== undefined) return wholeOrBytes(single)
    if (sentencePiece) return raw.replaceAll('\u2581', ' ')
    const text = model.detokenize(Uint32Array.of(token), false)
    return text.includes(replacement) ? wholeOrBytes(decodeByteToken(raw) ?? decodeByteLevel(raw)) : text
  }
  return (token) => (cache[token] ??= read(token))
}
