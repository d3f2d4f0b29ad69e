import { AppError } from '../../errors.ts'

/** Where a worker listens, in the words of `net.connect`. */
export type WorkerTarget = { path: string } | { host: string; port: number }

/** gRPC would take nearly any text for a host name and ask for its port 443. */
export function decodeTarget(target: string): WorkerTarget {
  if (target.startsWith('unix:')) {
    const path = target.slice('unix:'.length).replace(/^\/\/(?=\/)/, '')
    if (path !== '' && !path.startsWith('//')) return { path }
  }
  const [, bracketed, plain, digits] = /^(?:\[([\da-fA-F:.]+)\]|([^\s/:[\]]+)):(\d{1,5})$/.exec(target) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host !== undefined && port > 0 && port < 65_536) return { host, port }
  throw new AppError(
    'invalid_config',
    `"${target}" is not the address of a worker: write unix:/path/to.sock or host:port`,
    { param: 'workers' },
  )
}
