import { connect as connectSocket, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { WorkerTarget } from './worker-target.ts'

/** What listens at an address where no HTTP/2 connection came about. */
export type Peer =
  | { kind: 'http1' | 'tls' | 'closes' | 'silent' }
  /** `greeting`: the printable beginning of what it says. */
  | { kind: 'stranger'; greeting: string }

/** The client preface of HTTP/2, and an empty SETTINGS frame. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1')
const tlsRecords = [0x15, 0x16]
const longestGreeting = 40

/** Knocks once more, to say in an error what is there. */
export async function probePeer(target: WorkerTarget, timeoutMs: number): Promise<Peer> {
  const socket = connectSocket(target, () => socket.write(preface))
  const first = await readFirst(socket, 'data', timeoutMs)
  if (first === 'silent') return { kind: 'silent' }
  if (first === 'closes') {
    const hidden = connectTls({ ...target, rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    const shown = await readFirst(hidden, 'secureConnect', timeoutMs)
    return { kind: typeof shown === 'string' ? 'closes' : 'tls' }
  }
  if (tlsRecords.includes(first[0] ?? 0)) return { kind: 'tls' }
  const text = first.toString('latin1')
  if (text.startsWith('HTTP/1')) return { kind: 'http1' }
  return { kind: 'stranger', greeting: text.replace(/[^\x20-\x7e].*$/s, '').slice(0, longestGreeting) }
}

function readFirst(
  socket: Socket,
  event: 'data' | 'secureConnect',
  timeoutMs: number,
): Promise<Buffer | 'closes' | 'silent'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end('silent'), timeoutMs)
    const end = (outcome: Buffer | 'closes' | 'silent') => {
      clearTimeout(timer)
      socket.destroy()
      resolve(outcome)
    }
    socket.once(event, (bytes?: Buffer) => end(bytes ?? Buffer.alloc(0)))
    socket.once('close', () => end('closes'))
    socket.on('error', () => end('closes'))
  })
}
