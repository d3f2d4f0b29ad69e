import { AppError } from '../errors.ts'
import { ensureDaemon, type EnsuredDaemon, type EnsureOptions } from './ensure-daemon.ts'

/**
 * A daemon to make the first key with. One that is set to an open address does not start without a key, so it
 * starts on loopback for that; `temporary` says that it has to go again.
 */
export async function ensureKeyDaemon(
  options: EnsureOptions,
  onProgress: (text: string) => void,
): Promise<EnsuredDaemon & { temporary: boolean }> {
  try {
    return { ...(await ensureDaemon(options, onProgress)), temporary: false }
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'invalid_config' || cause.param !== 'host') throw cause
    const flags = { ...options.flags, host: '127.0.0.1', port: 0 }
    const daemon = await ensureDaemon({ ...options, flags }, onProgress)
    return { ...daemon, temporary: daemon.started }
  }
}
