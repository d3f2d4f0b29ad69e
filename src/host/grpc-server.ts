import { Server } from '@grpc/grpc-js'

/** Notices a caller that vanished without a word, so that its slots are free again. */
const keepalive = { 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 20_000 }

/** Callers may ping as often as they like: grpc-js counts no strikes. */
export const createGrpcServer = (maxMessageBytes: number): Server =>
  new Server({
    ...keepalive,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.enable_channelz': 0,
  })

/** Lets callers read their last status, then cuts. */
export function shutDown(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown()
      resolve()
    }, timeoutMs)
    server.tryShutdown(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
