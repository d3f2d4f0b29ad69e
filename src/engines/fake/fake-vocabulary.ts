/** Tokens 0 to 255 are bytes; the words come after them. Small, but it splits characters as real ones do. */
const words = (
  ' the a river gate water opens closes slowly and under old stone bridge where boats wait for rain ' +
  'morning light moves over fields while keeper counts steps then rests near quiet mill größe 水門 🌊'
)
  .split(' ')
  .slice(1)
  .map((word) => ` ${word}`)

const byteTokens = 256
const tokenOfWord = new Map(words.map((word, index) => [word, byteTokens + index]))
const encoder = new TextEncoder()
const wordOrCharacter = / [^ \n]+|[^]/gu

export const fakeVocabularySize = byteTokens + words.length
export const fakeWordTokens: readonly number[] = words.map((_, index) => byteTokens + index)

export const fakeWord = (token: number): string => words[token - byteTokens] ?? ''

export function encodeFakeTokens(text: string): number[] {
  const tokens: number[] = []
  for (const [part] of text.matchAll(wordOrCharacter)) {
    const word = tokenOfWord.get(part)
    if (word !== undefined) tokens.push(word)
    else for (const byte of encoder.encode(part)) tokens.push(byte)
  }
  return tokens
}

export function decodeFakeTokens(tokens: readonly number[]): string {
  const bytes = tokens.flatMap((token) => (token < byteTokens ? token : [...encoder.encode(fakeWord(token))]))
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
}
