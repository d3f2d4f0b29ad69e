import type { FastifyInstance } from 'fastify'

const sweepMs = 50
/** A connection that has sent nothing at all is not idle in node's eyes, and would stay until its time-out. */
const silentMs = 1000

/**
 * Ends the gateway in order: running requests first. The listener stays open meanwhile, so that health checks
 * and refused callers get an answer instead of a closed door. `expire` is called when the time is over.
 */
export function createDrain(
  gateway: FastifyInstance,
): (drainMs: number, expire: () => void) => Promise<void> {
  let running = 0
  let onIdle = () => {}
  gateway.addHook('onRequest', (_request, reply, done) => {
    running++
    reply.raw.once('close', () => {
      running--
      if (running === 0) onIdle()
    })
    done()
  })
  return async (drainMs, expire) => {
    const idle = new Promise<void>((resolve) => {
      onIdle = resolve
      if (running === 0) resolve()
    })
    const timer = setTimeout(expire, drainMs)
    await idle
    clearTimeout(timer)
    // A keep-alive connection that went idle after `close` would hold the server open until its own time-out.
    const sweep = setInterval(() => gateway.server.closeIdleConnections(), sweepMs)
    const end = setTimeout(() => gateway.server.closeAllConnections(), silentMs)
    await gateway.close()
    clearInterval(sweep)
    clearTimeout(end)
  }
}
