import type { IncomingMessage } from 'node:http'

/** As long as nginx does. */
const lingerMs = 5000

/**
 * Reads and throws away what a client still sends after it was refused. Closing at once would reset the
 * connection, and the client would see that instead of the reason.
 */
export function linger(request: IncomingMessage): void {
  const { socket } = request
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  request.once('close', () => clearTimeout(timer))
  request.resume()
}
