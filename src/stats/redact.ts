/** What a body may take in the ledger, each way. */
const mostCharacters = 16 * 1024
/** A secret that the cut goes through must still be seen whole. */
const margin = 4096
const deepest = 32

/**
 * The rules, in their order. What they look for has a fixed form; names, addresses of houses and other free text
 * stay. Every repetition is bounded, so that no text can make them slow.
 */
const rules: { pattern: RegExp; label: string }[] = [
  {
    label: 'private key',
    pattern: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  },
  { label: 'token', pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?/g },
  { label: 'key', pattern: /\bsk-[\w-]{16,}/g },
  { label: 'key', pattern: /\bAIza[\w-]{30,}/g },
  { label: 'key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { label: 'key', pattern: /\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}/g },
  { label: 'key', pattern: /\bxox[abprs]-[\w-]{10,}/g },
  { label: 'key', pattern: /\bhf_[A-Za-z0-9]{20,}/g },
  { label: 'token', pattern: /(?<=\bBearer\s{1,4})[\w.~+/=-]{8,}/gi },
  { label: 'password', pattern: /(?<=:\/\/[^\s/:@]{1,64}:)[^\s/@]{1,256}(?=@)/g },
  {
    label: 'key',
    pattern:
      /(?<=\b(?:api[-_]?key|access[-_]?token|client[-_]?secret|password|passwd|secret)["']?\s{0,4}[=:]\s{0,4}["']?)[^\s"'&,;]{6,}/gi,
  },
  { label: 'email', pattern: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g },
]

const cardPattern = /(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d-])/g

/** `[redacted email]` and the like for what looks like a secret or an address. */
export function redactText(text: string): string {
  let redacted = text.slice(0, mostCharacters + margin)
  for (const { pattern, label } of rules) redacted = redacted.replaceAll(pattern, `[redacted ${label}]`)
  redacted = redacted.replaceAll(cardPattern, (digits) => (isCardNumber(digits) ? '[redacted card]' : digits))
  return redacted.slice(0, mostCharacters)
}

/** JSON text of the value with every text in it redacted; cut where it is long. */
export function redactJson(value: unknown): string {
  const budget = { left: mostCharacters }
  return JSON.stringify(walk(value, budget, 0)).slice(0, mostCharacters * 2)
}

function walk(value: unknown, budget: { left: number }, depth: number): unknown {
  if (budget.left <= 0) return '[cut]'
  if (typeof value === 'string') {
    const text = redactText(value)
    const kept = text.length > budget.left ? `${text.slice(0, budget.left)}[cut]` : text
    budget.left -= kept.length + 2
    return kept
  }
  budget.left -= 8
  if (typeof value !== 'object' || value === null)
    return typeof value === 'number' ? redactNumber(value) : value
  if (depth >= deepest) return '[cut]'
  if (Array.isArray(value)) return walkList(value, budget, depth)
  const entries = Object.entries(value)
  const kept: [string, unknown][] = []
  for (const [name, inner] of entries) {
    if (budget.left <= 0) break
    budget.left -= name.length
    kept.push([redactText(name), walk(inner, budget, depth + 1)])
  }
  return Object.fromEntries(kept)
}

function walkList(list: unknown[], budget: { left: number }, depth: number): unknown[] {
  const kept: unknown[] = []
  for (const inner of list) {
    if (budget.left <= 0) break
    kept.push(walk(inner, budget, depth + 1))
  }
  return kept
}

const redactNumber = (value: number): unknown => {
  const text = String(value)
  return redactText(text) === text ? value : '[redacted card]'
}

/** Luhn: nine of ten other numbers of that length fail it. */
function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '')
  let sum = 0
  for (const [index, digit] of digits.split('').toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0 && !/^0+$/.test(digits)
}
