/** The offset, or the one before it where it would cut a character of two UTF-16 units in half. */
export function alignToRune(text: string, offset: number): number {
  const before = text.charCodeAt(offset - 1)
  const after = text.charCodeAt(offset)
  const isInside = before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff
  return isInside ? offset - 1 : offset
}
