import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { credentials, type ChannelCredentials } from '@grpc/grpc-js'
import type { WorkerAddress } from '../../engine/worker.ts'
import { AppError } from '../../errors.ts'

/** Reads the PEM files at every connect, so that a renewed certificate is used after the next one. */
export async function readCredentials({ target, tls }: WorkerAddress): Promise<ChannelCredentials> {
  if (tls === undefined) return credentials.createInsecure()
  const [ca, certificate, key] = await Promise.all([
    readPem(tls.ca, 'ca'),
    readPem(tls.certificate, 'certificate'),
    readPem(tls.key, 'key'),
  ])
  if ((certificate === undefined) !== (key === undefined))
    throw invalid(`${target}: a certificate needs its key, and a key its certificate`, 'tls')
  try {
    const context = createSecureContext({ ca, cert: certificate, key })
    return credentials.createFromSecureContext(context)
  } catch (cause) {
    const files = [tls.ca, tls.certificate, tls.key].filter((file) => file !== undefined).join(', ')
    throw invalid(`${files}: not usable as PEM files: ${(cause as Error).message}`, 'tls', cause)
  }
}

async function readPem(path: string | undefined, name: string): Promise<Buffer | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw invalid(`tls.${name}: ${path}: ${why}`, `tls.${name}`, cause)
  }
}

const invalid = (message: string, param: string, cause?: unknown) =>
  new AppError('invalid_config', message, { param, cause })
