import { resolve } from 'node:path'
import { AppError } from '../errors.ts'

export type ListenAddress = { kind: 'unix'; path: string } | { kind: 'tcp'; host: string; port: number }

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, the final zero included. */
const longestPath = 103

/** Reads `unix:PATH` or `HOST:PORT` (`[::1]:50051` for IPv6). */
export function decodeListenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '')
    if (path === '') throw invalid(text)
    return { kind: 'unix', path: assertPathFits(resolve(path)) }
  }
  const match = /^(\[[^\]]+\]|[^:\s]+):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65_535) throw invalid(text)
  return { kind: 'tcp', host: match[1]!.replace(/^\[|\]$/g, ''), port }
}

/** As gRPC and `ConnectWorker` want it. */
export function encodeListenAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  const { host, port } = address
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

function assertPathFits(path: string): string {
  const bytes = Buffer.byteLength(path)
  if (bytes <= longestPath) return path
  throw new AppError(
    'invalid_config',
    `the socket's path has ${bytes} bytes and an operating system takes ${longestPath}: choose a shorter one than ${path}`,
    { param: 'listen' },
  )
}

const invalid = (text: string) =>
  new AppError('invalid_config', `"${text}" is no address to listen on: write unix:PATH or HOST:PORT`, {
    param: 'listen',
  })
