import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type Proxy = {
  /** To connect to instead of the worker. */
  address: string
  /** Bytes as they came from the worker, one entry per read. */
  chunks: number[]
  /** Ends the connections without a word, as a crashed machine's neighbour sees it. */
  cut(): void
  close(): void
}

/** A raw pipe in front of a Unix socket. */
export async function openProxy(target: string): Promise<Proxy> {
  const chunks: number[] = []
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target.replace(/^unix:/, ''))
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    near.pipe(far)
    far.on('data', (bytes: Buffer) => {
      chunks.push(bytes.length)
      near.write(bytes)
    })
    far.on('end', () => near.end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    chunks,
    cut,
    close() {
      cut()
      server.close()
    },
  }
}
