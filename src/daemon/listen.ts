import type { AddressInfo } from 'node:net'
import type { Config } from '../config/schema.ts'
import { AppError } from '../errors.ts'
import { isLoopback } from '../is-loopback.ts'

type Listener = {
  listen(options: { host: string; port: number }): Promise<string>
  server: { address(): AddressInfo | string | null }
}

/** Listens and gives the base URL that a client on this machine can use. */
export async function listen(
  gateway: Listener,
  { host, port, insecure }: Pick<Config, 'host' | 'port' | 'insecure'>,
  asksForKeys: boolean,
): Promise<string> {
  if (!isLoopback(host) && !asksForKeys && !insecure) {
    throw new AppError(
      'invalid_config',
      `host ${host} can be reached from other machines, and there is no key to ask callers for; make one first: sluice keys create --admin (or keep 127.0.0.1, or say --insecure if the network is trusted)`,
      { param: 'host' },
    )
  }
  try {
    await gateway.listen({ host, port })
  } catch (cause) {
    throw explain(cause as NodeJS.ErrnoException, host, port)
  }
  const address = gateway.server.address() as AddressInfo
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${address.port}`
}

function explain(cause: NodeJS.ErrnoException, host: string, port: number): AppError {
  if (cause.code === 'EADDRINUSE') {
    return new AppError(
      'port_in_use',
      `port ${port} on ${host} is taken by another program; choose another with --port, or --port 0 for a free one`,
      { param: 'port', cause },
    )
  }
  if (cause.code === 'EACCES') {
    return new AppError(
      'invalid_config',
      `port ${port} needs more rights than this user has; choose one above 1023`,
      { param: 'port', cause },
    )
  }
  if (cause.code === 'EADDRNOTAVAIL' || cause.code === 'ENOTFOUND') {
    return new AppError('invalid_config', `host ${host} is not an address of this machine`, {
      param: 'host',
      cause,
    })
  }
  return new AppError('internal_error', `cannot listen on ${host}:${port}: ${cause.message}`, { cause })
}
