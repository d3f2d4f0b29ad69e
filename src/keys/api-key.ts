import { randomBytes } from 'node:crypto'

const digits = '0123456789abcdefghijklmnopqrstuvwxyz'
const alphabet = `${digits}ABCDEFGHIJKLMNOPQRSTUVWXYZ`
const shape = /^sk-sluice-([0-9a-z]{12})-[0-9A-Za-z]{48}$/

/** `sk-sluice-<public id>-<48 secret characters>`: 285 bits, so a plain keyed hash is enough at rest. */
export function createApiKey(id = draw(digits, 12)): { id: string; secret: string } {
  return { id, secret: `sk-sluice-${id}-${draw(alphabet, 48)}` }
}

/** The public part, which says which key it is and not that it is genuine. */
export const readKeyId = (text: string): string | undefined => shape.exec(text)?.[1]

function draw(from: string, length: number): string {
  // Bytes beyond the last whole multiple would favour the first characters.
  const limit = 256 - (256 % from.length)
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(2 * length)) {
      if (byte < limit && text.length < length) text += from[byte % from.length]
    }
  }
  return text
}
