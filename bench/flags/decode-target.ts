import { decodeEndpoint } from '../endpoints/decode-endpoint.ts'
import type { EndpointName } from '../endpoints/registry.ts'
import { AppError } from '../../src/errors.ts'

type EndpointFlags = { endpoint?: string | undefined; backend?: string | undefined }

/** `--endpoint` is the API or, as in vLLM, its path; `--backend` another tool's word for it. Both must mean the same. */
export const decodeApi = ({ endpoint, backend }: EndpointFlags): EndpointName => {
  const named = endpoint === undefined ? undefined : decodeEndpoint(endpoint)
  const meant = backend === undefined ? undefined : decodeEndpoint(backend, 'backend')
  if (named !== undefined && meant !== undefined && named !== meant) {
    throw new AppError(
      'invalid_request',
      `--backend ${backend} means ${meant} and --endpoint ${endpoint} means ${named}; leave one of them out`,
      { param: 'backend' },
    )
  }
  return named ?? meant ?? 'chat'
}

type UrlFlags = EndpointFlags & {
  url?: string | undefined
  host?: string | undefined
  port?: number | undefined
}

/** vLLM's two ways to name a server: `--base-url` with a path in `--endpoint`, or `--host` and `--port`. */
export const decodeUrl = ({ url, host, port, endpoint }: UrlFlags): string | undefined => {
  const byHost = host !== undefined || port !== undefined
  if (byHost && url !== undefined) {
    throw new AppError('invalid_request', '--url and --host or --port name two servers; give one', {
      param: 'url',
    })
  }
  const named = host?.includes(':') === true && !host.startsWith('[') ? `[${host}]` : host
  const base = byHost ? `http://${named ?? '127.0.0.1'}:${port ?? 8000}` : url
  const path = endpoint?.trim() ?? ''
  // A path of the URL's own outranks it: `http://h/v1` and `/v1/chat/completions` are one address.
  return base !== undefined && path.startsWith('/') && hasNoPath(base)
    ? `${base.replace(/\/+$/, '')}${path}`
    : base
}

const hasNoPath = (url: string): boolean => /^([a-z][a-z\d+.-]*:\/\/)?[^/]*\/*$/i.test(url.trim())
