import type { ServerWritableStream } from '@grpc/grpc-js'

export type Outlet<Message> = {
  /** Undefined: there is room for more. Else resolves when there is, or when `signal` aborts. */
  write(message: Message): Promise<void> | undefined
}

/** Writes what travels on one call; several writers may share it, and wait together. */
export function createOutlet<Message>(
  call: Pick<ServerWritableStream<unknown, Message>, 'write' | 'once' | 'off'>,
  signal: AbortSignal,
): Outlet<Message> {
  let room: Promise<void> | undefined
  const waitForRoom = () =>
    new Promise<void>((resolve) => {
      const go = () => {
        room = undefined
        call.off('drain', go)
        signal.removeEventListener('abort', go)
        resolve()
      }
      call.once('drain', go)
      signal.addEventListener('abort', go, { once: true })
    })
  return {
    write(message) {
      if (signal.aborted || call.write(message)) return undefined
      return (room ??= waitForRoom())
    },
  }
}
