import type { Pattern } from './pattern-finder.ts'

/** Well-known shapes. Where a checksum exists it is checked, so that order numbers are not taken for cards. */
export const builtinNames = ['email', 'credit_card', 'iban', 'phone', 'ipv4', 'api_key'] as const
export type BuiltinName = (typeof builtinNames)[number]

const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`

/** Prefixes that their issuers chose so that leaks can be found; then JSON web tokens and bearer headers. */
const apiKeys = [
  String.raw`\bsk-[A-Za-z0-9_-]{16,}`,
  String.raw`\bsk_(?:live|test)_[A-Za-z0-9]{16,}`,
  String.raw`\bAIza[0-9A-Za-z_-]{35}`,
  String.raw`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`,
  String.raw`\bgh[pousr]_[A-Za-z0-9]{20,}`,
  String.raw`\bgithub_pat_[A-Za-z0-9_]{20,}`,
  String.raw`\bglpat-[A-Za-z0-9_-]{20,}`,
  String.raw`\bxox[baprs]-[A-Za-z0-9-]{10,}`,
  String.raw`\bhf_[A-Za-z0-9]{20,}`,
  String.raw`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`,
  String.raw`-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[A-Za-z0-9+/=\s]*(?:-----END (?:[A-Z]+ )?PRIVATE KEY-----)?`,
]

export const builtinPatterns: Record<BuiltinName, Pattern> = {
  email: {
    source: String.raw`[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b`,
    ignoreCase: false,
    maxMatch: 320,
  },
  credit_card: {
    source: String.raw`\b(?:\d{4}[ -]?){3}\d{4}\b|\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b|\b\d{13,19}\b`,
    ignoreCase: false,
    maxMatch: 24,
    isValid: hasLuhnSum,
  },
  iban: {
    source: String.raw`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b`,
    ignoreCase: true,
    maxMatch: 48,
    isValid: hasIbanSum,
  },
  phone: {
    source: String.raw`\+\d{1,3}(?:[ .()/-]{0,2}\d){6,12}\b|\b\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|\b0\d{1,4}[ /-]\d{3,4}[ -]?\d{3,5}\b`,
    ignoreCase: false,
    maxMatch: 40,
  },
  ipv4: { source: String.raw`\b(?:${octet}\.){3}${octet}\b`, ignoreCase: false, maxMatch: 15 },
  api_key: { source: apiKeys.join('|'), ignoreCase: false, maxMatch: 4096 },
}

/** ISO/IEC 7812-1, annex B. */
export function hasLuhnSum(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '')
  // Zeros only would pass.
  if (digits.length < 13 || /^0+$/.test(digits)) return false
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits.at(-1 - place))
    const weighed = place % 2 === 1 ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}

/** ISO 13616: the first four characters behind the rest, letters as numbers from 10, modulo 97 is 1. */
export function hasIbanSum(text: string): boolean {
  const iban = text.replaceAll(' ', '').toUpperCase()
  if (iban.length < 15 || iban.length > 34) return false
  let rest = 0
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97
  }
  return rest === 1
}
