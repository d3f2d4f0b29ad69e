import type { IncomingHttpHeaders } from 'node:http2'
import { Metadata, status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { AppError, type AppErrorOptions, type ErrorCode } from '../errors.ts'
import { rpcErrorInfo, rpcStatus } from './definition.ts'
import { decodeStatus, encodeStatus, readReason } from './status-error.ts'

const trailer = 'grpc-status-details-bin'

/** As the other side gets it: the trailer travels as bytes. */
function travel(error: unknown): AppError {
  const { code, details, metadata } = encodeStatus(error)
  const received = Metadata.fromHttp2Headers(metadata!.toHttp2Headers() as IncomingHttpHeaders)
  return decodeStatus({ code: code!, details: details!, metadata: received }, 'w')
}

/** As `proto/llm/v1/inference.proto` lists them. */
const codes: [ErrorCode, status, string, AppErrorOptions?][] = [
  ['invalid_request', status.INVALID_ARGUMENT, 'INVALID_REQUEST'],
  ['unsupported_parameter', status.INVALID_ARGUMENT, 'UNSUPPORTED_PARAMETER', { param: 'tools' }],
  ['unsupported_parameter', status.UNIMPLEMENTED, 'UNSUPPORTED_FEATURE', {}],
  ['context_length_exceeded', status.INVALID_ARGUMENT, 'CONTEXT_LENGTH_EXCEEDED'],
  ['invalid_model', status.FAILED_PRECONDITION, 'INVALID_MODEL'],
  ['model_not_found', status.NOT_FOUND, 'MODEL_MISMATCH'],
  ['conflict', status.ALREADY_EXISTS, 'MODEL_LOADED'],
  ['queue_full', status.RESOURCE_EXHAUSTED, 'QUEUE_FULL'],
  ['insufficient_memory', status.RESOURCE_EXHAUSTED, 'INSUFFICIENT_MEMORY'],
  ['overloaded', status.UNAVAILABLE, 'LOADING'],
  ['draining', status.UNAVAILABLE, 'DRAINING'],
  ['timeout', status.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED'],
  ['cancelled', status.CANCELLED, 'CANCELLED'],
  ['engine_failed', status.INTERNAL, 'ENGINE_FAILED'],
]

test.each(codes)('%s survives as %i %s', (code, grpcCode, reason, only) => {
  const everything = {
    param: 'messages',
    retryAfterMs: 1500,
    details: { n_prompt_tokens: 200, share: 0.5, below: -3, where: 'größe 水', empty: '' },
  }
  const options = only ?? everything
  const error = new AppError(code, 'what happened: größe 水 "x"\nand what to do', options)
  const encoded = encodeStatus(error)
  expect(encoded.code).toBe(grpcCode)
  expect(readReason(encoded as never)).toBe(reason)
  const arrived = travel(error)
  expect(arrived).toMatchObject({ code, message: error.message })
  expect(arrived.param).toBe(error.param)
  expect(arrived.retryAfterMs).toBe(error.retryAfterMs)
  expect(arrived.details).toEqual(error.details)
})

test('what has no reason of its own, and what is a defect, is ENGINE_FAILED', () => {
  const other = travel(new AppError('worker_lost', 'the worker behind this one is gone'))
  expect(other).toMatchObject({ code: 'engine_failed', message: 'the worker behind this one is gone' })
  const defect = travel(new TypeError('secret path /home/x'))
  expect(defect.code).toBe('engine_failed')
  expect(defect.message).not.toContain('secret')
})

test.each([
  [status.CANCELLED, 'x', 'cancelled'],
  [status.DEADLINE_EXCEEDED, 'x', 'timeout'],
  [status.INVALID_ARGUMENT, 'x', 'invalid_request'],
  [status.RESOURCE_EXHAUSTED, 'Received message larger than max (10 vs 5)', 'payload_too_large'],
  [status.RESOURCE_EXHAUSTED, 'Attempted to send message with a size larger than 5', 'payload_too_large'],
  [status.RESOURCE_EXHAUSTED, 'CLIENT: Sent message larger than max (10 vs. 5)', 'payload_too_large'],
  [status.RESOURCE_EXHAUSTED, 'Bandwidth exhausted or memory limit exceeded', 'overloaded'],
  [status.UNIMPLEMENTED, 'x', 'worker_incompatible'],
  [status.UNAUTHENTICATED, 'x', 'worker_incompatible'],
  [status.PERMISSION_DENIED, 'x', 'worker_incompatible'],
  [status.UNAVAILABLE, 'x', 'worker_lost'],
  [status.INTERNAL, 'x', 'engine_failed'],
  [status.UNKNOWN, 'x', 'engine_failed'],
  [status.DATA_LOSS, 'x', 'engine_failed'],
])('status %i "%s" without details is %s, and names the worker', (code, details, expected) => {
  const error = decodeStatus({ code, details }, 'w')
  expect(error).toMatchObject({ code: expected, message: `worker w: ${details}` })
})

test.each([
  ['bytes that are no message', Buffer.from([0xff, 0xff, 0x01])],
  ['nothing', Buffer.alloc(0)],
  ['another domain', details('example.com', 'QUEUE_FULL')],
  ['an unknown reason', details('llm.v1', 'FROM_THE_FUTURE')],
])('a trailer with %s leaves the status', (_, bytes) => {
  const metadata = new Metadata()
  metadata.set(trailer, bytes)
  const error = decodeStatus({ code: status.UNAVAILABLE, details: 'gone', metadata }, 'w')
  expect(error).toMatchObject({ code: 'worker_lost', message: 'worker w: gone' })
})

test('a peer of a later release may say more', () => {
  const metadata = new Metadata()
  const info = rpcErrorInfo.serialize({ reason: 'QUEUE_FULL', domain: 'llm.v1' })
  const unknown = { type_url: 'type.googleapis.com/google.rpc.Help', value: Buffer.from([1]) }
  const known = { type_url: 'type.googleapis.com/google.rpc.ErrorInfo', value: info }
  metadata.set(trailer, rpcStatus.serialize({ code: 8, message: 'full', details: [unknown, known] }))
  expect(decodeStatus({ code: 8, details: 'full', metadata }, 'w')).toMatchObject({ code: 'queue_full' })
})

function details(domain: string, reason: string): Buffer {
  const value = rpcErrorInfo.serialize({ reason, domain })
  const any = { type_url: 'type.googleapis.com/google.rpc.ErrorInfo', value }
  return rpcStatus.serialize({ code: 8, message: '', details: [any] })
}
