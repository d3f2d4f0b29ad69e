import type { IncomingHttpHeaders } from 'node:http'

/** OpenAI's header, then Anthropic's, then Azure's. Undefined: none was sent. */
export function readCredential(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers
  if (authorization !== undefined && /^bearer /i.test(authorization)) {
    const token = authorization.slice('bearer '.length).trim()
    if (token !== '') return token
  }
  return readText(headers['x-api-key']) ?? readText(headers['api-key'])
}

const readText = (value: string | string[] | undefined): string | undefined => {
  const text = (Array.isArray(value) ? value[0] : value)?.trim()
  return text === '' ? undefined : text
}
