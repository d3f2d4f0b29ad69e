import { chmodSync } from 'node:fs'
import type { Server, ServerCredentials } from '@grpc/grpc-js'
import { AppError } from '../errors.ts'
import { isLoopback } from '../is-loopback.ts'
import { decodeListenAddress, encodeListenAddress, type ListenAddress } from './listen-address.ts'
import { guardSocketFile, prepareSocketFile } from './socket-file.ts'

export type Bound = {
  /** To connect to, with the real port. */
  address: string
  /** Takes the socket file away. */
  release(): void
}
export type BindOptions = { credentials: ServerCredentials; insecure: boolean }

/** Makes a server listen where only those can reach it who may. */
export async function bind(server: Server, text: string, options: BindOptions): Promise<Bound> {
  const address = decodeListenAddress(text)
  if (address.kind === 'unix') return bindSocket(server, address.path, options)
  const isEncrypted = options.credentials._isSecure()
  if (!isLoopback(address.host) && !isEncrypted && !options.insecure) {
    throw new AppError(
      'invalid_config',
      `${text} can be reached from other machines, and callers need no key: give a certificate, keep 127.0.0.1, or say --insecure if the network is trusted`,
      { param: 'listen' },
    )
  }
  const port = await listen(server, address, options)
  return { address: encodeListenAddress({ ...address, port }), release() {} }
}

async function bindSocket(server: Server, path: string, options: BindOptions): Promise<Bound> {
  await prepareSocketFile(path)
  const address: ListenAddress = { kind: 'unix', path }
  await listen(server, address, options)
  // Whoever may write to the file may connect.
  chmodSync(path, 0o600)
  return { address: encodeListenAddress(address), release: guardSocketFile(path) }
}

const listen = (server: Server, address: ListenAddress, { credentials }: BindOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(encodeListenAddress(address), credentials, (cause, port) =>
      cause === null ? resolve(port) : reject(explain(cause, encodeListenAddress(address))),
    )
  })

/** gRPC gives the operating system's words only inside its own message. */
function explain(cause: Error, address: string): AppError {
  const options = { param: 'listen', cause }
  if (cause.message.includes('EADDRINUSE'))
    return new AppError('port_in_use', `${address} is taken by another program`, options)
  if (cause.message.includes('EACCES'))
    return new AppError(
      'invalid_config',
      `listening on ${address} needs more rights than this user has`,
      options,
    )
  if (/EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN|resolution failed/i.test(cause.message))
    return new AppError('invalid_config', `${address} is not an address of this machine`, options)
  return new AppError('internal_error', `cannot listen on ${address}: ${cause.message}`, options)
}
