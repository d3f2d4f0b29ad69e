import type { ServerResponse } from 'node:http'
import type { ServerEvent } from '../protocols/protocol.ts'
import { createStreamWriter, type StreamOptions } from './stream-writer.ts'

/**
 * Sends a stream to its end. What fails before the first byte is thrown, for an ordinary failed response; what
 * fails later becomes the stream's last event, and nothing follows it.
 */
export async function sendStream(
  source: AsyncIterable<ServerEvent>,
  response: ServerResponse,
  options: StreamOptions & { encodeFailure(cause: unknown): ServerEvent },
): Promise<void> {
  const writer = createStreamWriter(response, options)
  try {
    for await (const event of source) {
      writer.write(event)
      const room = writer.room()
      if (room) await room
    }
    writer.end()
  } catch (cause) {
    const failure = writer.begun ? options.encodeFailure(cause) : undefined
    if (!failure) throw cause
    if (!response.destroyed) writer.fail(failure)
  } finally {
    writer.stop()
  }
}
