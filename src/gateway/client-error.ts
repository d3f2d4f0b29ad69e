import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '../errors.ts'
import type { Protocol } from '../protocols/protocol.ts'

/** For bytes that never became a request: written by hand, since there is no response object yet. */
export const createClientErrorHandler =
  (protocol: Protocol) =>
  (cause: NodeJS.ErrnoException, socket: Socket): void => {
    // Node's own field, which its default handler reads too: in the middle of an answer nothing else may be written.
    const answer = (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage
    const isHalfSent = answer?.headersSent === true && !answer.writableEnded
    if (cause.code === 'ECONNRESET' || !socket.writable || isHalfSent) {
      socket.destroy()
      return
    }
    const error = describe(cause.code)
    const body = JSON.stringify(protocol.encodeError(error))
    const head = [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
  }

function describe(code: string | undefined): AppError {
  switch (code ?? '') {
    case 'HPE_HEADER_OVERFLOW':
      return new AppError(
        'headers_too_large',
        'the request headers are too large; send fewer or shorter ones',
      )
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError(
        'request_timeout',
        'the request did not arrive in time; send it faster, or raise read_timeout',
      )
    default:
      return new AppError(
        'invalid_request',
        'this is not a valid HTTP request; check its first line and headers',
      )
  }
}
