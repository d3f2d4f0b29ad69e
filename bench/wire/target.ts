import { AppError } from '../../src/errors.ts'

/** Where requests go: `origin` for the connections, `basePath` before every path; `/v1` by default. */
export type Target = { origin: string; basePath: string; baseUrl: string }

/** Takes what people paste: with or without scheme, `/v1`, a trailing slash or the endpoint's own path. */
export const resolveTarget = (text: string): Target => {
  const url = parseUrl(text.trim())
  const path = url.pathname
    .replace(/\/+$/, '')
    .replace(
      /\/(chat\/completions|completions|models|embeddings|responses|messages|api\/chat|api\/generate)$/,
      '',
    )
  const basePath = path === '' ? '/v1' : path
  return { origin: url.origin, basePath, baseUrl: `${url.origin}${basePath}` }
}

/** Where an endpoint's requests go; Ollama's own ones lie beside `/v1` and not below it. */
export const resolvePath = (
  { basePath }: Target,
  { path, outsideV1 }: { path: string; outsideV1?: true },
): string => `${outsideV1 === true ? basePath.replace(/\/v1$/, '') : basePath}${path}`

const parseUrl = (text: string): URL => {
  const spelled = text.startsWith(':') ? `127.0.0.1${text}` : text
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(spelled) ? spelled : `http://${spelled}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url === undefined || url.hostname === '') {
    throw refuse(`"${text}" is not a URL; expected something like http://127.0.0.1:8080/v1`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refuse(`${url.protocol}// cannot be benchmarked; expected an http:// or https:// URL`)
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse('the URL holds a user name or a password; give the key with --api-key instead')
  }
  if (url.search !== '') throw refuse(`the URL ends in a query (${url.search}); give the base URL only`)
  return url
}

const refuse = (message: string): AppError => new AppError('invalid_request', message, { param: 'url' })
