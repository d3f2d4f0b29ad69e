import {
  Client,
  connectivityState,
  type ChannelCredentials,
  type ClientReadableStream,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js'
import { AppError } from '../../errors.ts'
import { decodeFailure } from './decode-failure.ts'

export type WorkerClientOptions = {
  credentials: ChannelCredentials
  /** The name in the worker's certificate, where it is not the host's. */
  serverName: string | undefined
  maxMessageBytes: number
}

const channelOptions = {
  // Channels to the same address would share a connection, also one that is broken.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  // A worker is where its address says, whatever proxy the environment names.
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_channelz': 0,
  // A peer that vanished without a word is noticed even where nothing is sent.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
}

/** Calls to one worker over one connection, which is not made a second time. */
export class WorkerClient {
  /** How messages call the worker: its address until it has told its name. */
  name: string
  readonly maxMessageBytes: number
  readonly #client: Client
  readonly #calls = new Set<{ cancel(): void }>()
  #isConnected = false
  #ended: AppError | undefined

  constructor(target: string, { credentials, serverName, maxMessageBytes }: WorkerClientOptions) {
    this.name = target
    this.maxMessageBytes = maxMessageBytes
    this.#client = new Client(target, credentials, {
      ...channelOptions,
      'grpc.max_send_message_length': maxMessageBytes,
      'grpc.max_receive_message_length': maxMessageBytes,
      ...(serverName !== undefined && { 'grpc.ssl_target_name_override': serverName }),
    })
  }

  /** Rejects with an AppError, `cancelled` when `signal` aborts. */
  async unary<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<Response> {
    this.assertUsable()
    if (signal?.aborted) throw cancelled()
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const call = this.#client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      { deadline: Date.now() + timeoutMs },
      (error, response) => {
        if (error) reject(signal?.aborted ? cancelled() : this.failure(error))
        else resolve(response!)
      },
    )
    const cancel = () => call.cancel()
    signal?.addEventListener('abort', cancel, { once: true })
    this.#calls.add(call)
    try {
      return await promise
    } finally {
      this.#calls.delete(call)
      signal?.removeEventListener('abort', cancel)
    }
  }

  /**
   * A failure comes as the event `error`; `failure` says what it means. `deadline` is on the clock of
   * `performance.now()`.
   */
  stream<Request, Response>(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Response>,
    request: Request,
    deadline?: number,
  ): ClientReadableStream<Response> {
    this.assertUsable()
    const call = this.#client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, {
      ...(deadline !== undefined && { deadline: toCallDeadline(deadline) }),
    })
    this.#calls.add(call)
    call.on('status', () => this.#calls.delete(call))
    return call
  }

  /** What a failed call means, where we have not cancelled it. */
  failure(cause: unknown): AppError {
    return this.#ended ?? decodeFailure(cause as ServiceError, this.name)
  }

  /** Throws what a call would fail with if it were made now. */
  assertUsable(): void {
    if (this.#ended) throw this.#ended
    if (this.isUsable) return
    throw new AppError('draining', `worker ${this.name} takes no new requests: it closes its connections`)
  }

  get isUsable(): boolean {
    if (this.#ended) return false
    // A call on a channel that was left would make it connect again, perhaps to somebody else.
    return !this.#isConnected || this.#state() === connectivityState.READY
  }

  get isEnded(): boolean {
    return this.#ended !== undefined
  }

  /** To be called once connected. The listener runs when the worker takes no new calls on this connection. */
  onLeft(listener: () => void): void {
    this.#isConnected = true
    const { READY } = connectivityState
    this.#client.getChannel().watchConnectivityState(READY, Number.POSITIVE_INFINITY, () => listener())
  }

  /** From now on every call fails with this, those that run at once. Only the first time counts. */
  end(error: AppError): void {
    if (this.#ended) return
    this.#ended = error
    for (const call of this.#calls) call.cancel()
    this.#client.close()
  }

  #state(): connectivityState {
    return this.#client.getChannel().getConnectivityState(false)
  }
}

/** The caller's signal aborts at the deadline itself; the worker's own is there for when nobody can tell it. */
const deadlineGraceMs = 1000

const toCallDeadline = (deadline: number): number =>
  Date.now() + deadline - performance.now() + deadlineGraceMs

const cancelled = () => new AppError('cancelled', 'the request was cancelled')
