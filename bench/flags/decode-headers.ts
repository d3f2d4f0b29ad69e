import { AppError } from '../../src/errors.ts'

/** Names as RFC 9110 allows them; values without line ends and control characters. */
const name = /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,256}$/
const value = /^[\t\x20-\x7e\x80-\xff]*$/
const most = 64
const longest = 16_384

/** They say how a request is framed, and only its sender knows that. */
const owned = new Set([
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
  'expect',
  'upgrade',
])

/** Reads `Name: value` as curl has it and `Name=value` as vLLM has it. No message repeats a value: it may be a secret. */
export const decodeHeaders = (texts: string[] | undefined): Record<string, string> | undefined => {
  if (texts === undefined) return undefined
  if (texts.length > most) throw refuse(`${texts.length} headers are more than ${most}`)
  const headers: Record<string, string> = {}
  for (const [index, text] of texts.entries()) {
    const which = `number ${index + 1}`
    const at = text.search(/[:=]/)
    if (at < 1) throw refuse(`${which} is no header; write 'Name: value' or Name=value`)
    const [key, content] = [text.slice(0, at).trim().toLowerCase(), text.slice(at + 1).trim()]
    if (!name.test(key)) throw refuse(`${which} has a name that HTTP does not allow`)
    if (owned.has(key)) throw refuse(`"${key}" is set by the load generator itself`)
    if (content.length > longest || !value.test(content)) {
      throw refuse(`the value of "${key}" is longer than 16 KiB or has a character that HTTP does not allow`)
    }
    if (headers[key] !== undefined) throw refuse(`"${key}" is given twice`)
    headers[key] = content
  }
  return headers
}

const refuse = (reason: string): AppError =>
  new AppError('invalid_request', `--header: ${reason}`, { param: 'header' })
