import { isIP } from 'node:net'
import { AppError } from '../errors.ts'

export type HostCheck = {
  /** Refuses a request whose Host header we do not answer to: a web page may point its own name at 127.0.0.1. */
  assertHost(host: string | undefined, httpVersion: string): void
  /** Refuses a change that a foreign web page asks for: a browser sends it even where it hides the answer. */
  assertOrigin(origin: string | undefined, method: string): void
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']
const wildcardAddresses = ['0.0.0.0', '::', '[::]', '*']
const safeMethods = ['GET', 'HEAD', 'OPTIONS']

export function createHostCheck({ host, allowedHosts }: { host: string; allowedHosts: string[] }): HostCheck {
  const exact = new Set([
    ...loopbackNames,
    bracket(host),
    ...allowedHosts.map((name) => bracket(name.toLowerCase())),
  ])
  const suffixes = allowedHosts.filter((name) => name.startsWith('.'))
  const everything = allowedHosts.includes('*')
  // A name can be rebound to another address, an address cannot: on all interfaces any address will do.
  const anyAddress = wildcardAddresses.includes(host)
  const isAllowed = (name: string) =>
    everything ||
    exact.has(name) ||
    suffixes.some((suffix) => name.endsWith(suffix)) ||
    (anyAddress && isIP(name.replace(/^\[|\]$/g, '')) !== 0)

  return {
    assertHost(header, httpVersion) {
      if (header === undefined) {
        // HTTP/1.0 has none, but browsers do not speak it.
        if (httpVersion === '1.0') return
        throw new AppError('invalid_request', 'the Host header is missing; HTTP/1.1 requires it')
      }
      if (isAllowed(nameOf(header))) return
      const message = `this server does not answer to the host ${quote(header)}; add it to allowed_hosts if it should`
      throw new AppError('host_not_allowed', message)
    },
    assertOrigin(origin, method) {
      // `null`, the origin of a local file, is no URL, but all means all.
      if (origin === undefined || everything || safeMethods.includes(method)) return
      if (URL.canParse(origin) && isAllowed(new URL(origin).hostname)) return
      const message = `web pages from ${quote(origin)} may not use this server; add their host to allowed_hosts if they should`
      throw new AppError('origin_not_allowed', message)
    },
  }
}

/** `[::1]:8080` -> `[::1]`, `LOCALHOST:80` -> `localhost`. */
const nameOf = (header: string): string => header.replace(/:\d*$/, '').toLowerCase()

const bracket = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)

const quote = (value: string): string => JSON.stringify(value.slice(0, 200))
