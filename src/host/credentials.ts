import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { ServerCredentials } from '@grpc/grpc-js'
import { AppError } from '../errors.ts'
import type { TlsFiles } from './host-arguments.ts'

/** TLS with the given files; with `ca`, callers without a certificate of that authority are turned away. */
export function createServerCredentials(tls: TlsFiles | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const cert = readPem(tls.certificate, 'tls_cert')
  const key = readPem(tls.key, 'tls_key')
  const ca = tls.ca === undefined ? null : readPem(tls.ca, 'tls_ca')
  try {
    createSecureContext({ cert, key, ...(ca && { ca }) })
  } catch (cause) {
    const { message } = cause as Error
    throw new AppError(
      'invalid_config',
      `the TLS files cannot be used (${message}): check that ${tls.key} is the key of ${tls.certificate}`,
      { param: 'tls', cause },
    )
  }
  return ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], ca !== null)
}

function readPem(path: string, param: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new AppError('invalid_config', `${path} cannot be read (${code})`, { param, cause })
  }
}
