import { AppError } from '../../src/errors.ts'
import type { BenchOptions } from '../options.ts'
import type { BenchFlags } from './bench-flags.ts'

export const decodeServer = (flags: BenchFlags): Pick<BenchOptions, 'serverMetrics' | 'resetCache'> => {
  const { 'server-metrics': wanted, 'metrics-url': url, 'reset-cache': reset } = flags
  if (url !== undefined && !wanted) throw refuse('it says where to read what --no-server-metrics leaves out')
  return {
    ...(wanted && { serverMetrics: url === undefined ? {} : { url: decodeUrl(url) } }),
    ...(reset && { resetCache: true }),
  }
}

const decodeUrl = (text: string): string => {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url === undefined || url.hostname === '' || !/^https?:$/.test(url.protocol))
    throw refuse(`"${text}" is not a URL; expected something like http://127.0.0.1:8000/metrics`)
  if (url.username !== '' || url.password !== '') throw refuse('it holds a user name or a password')
  if (url.pathname === '/') url.pathname = '/metrics'
  return url.href
}

const refuse = (reason: string): AppError =>
  new AppError('invalid_request', `--metrics-url: ${reason}`, { param: 'metrics-url' })
