import type { ClientReadableStream } from '@grpc/grpc-js'
import { inferenceService } from '../../contract/definition.ts'
import { decodeEvents } from '../../contract/generate-event.ts'
import type { EncodedRequest } from '../../contract/generate-request.ts'
import type * as wire from '../../contract/wire-types.ts'
import { EventQueue } from '../../engine/event-queue.ts'
import type { EngineEvent } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import type { Aborter } from './aborter.ts'
import type { LoadTracker, OwnRequest } from './load-tracker.ts'
import type { WorkerClient } from './worker-client.ts'

/** What the generations of one engine share. */
export type GenerationContext = {
  client: WorkerClient
  tracker: LoadTracker
  aborter: Aborter
  /** Throws what a request would fail with now. */
  assertOpen(): void
  running: Set<Generation>
}
export type GenerationCall = {
  requestId: string
  encoded: EncodedRequest
  signal: AbortSignal
  /** On the clock of `performance.now()`. */
  deadline: number | undefined
  onStarted(started: wire.Started): void
}

/** Characters that may lie unread. For a reader that is slower than that the worker holds the rest back. */
const longestUnread = 65_536

const cancelled = () => new AppError('cancelled', 'the request was cancelled')

/** One choice of one request, from its call until its slot in the worker is free. It starts when it is made. */
export class Generation implements AsyncIterableIterator<EngineEvent, undefined> {
  readonly #context: GenerationContext
  readonly #requestId: string
  readonly #signal: AbortSignal
  readonly #own: OwnRequest
  readonly #queue = new EventQueue(() => void this.#leave())
  readonly #onAbort = () => void this.#leave()
  #call: ClientReadableStream<wire.GenerateEvent> | undefined
  #unread = 0
  /** No event is to come any more. */
  #isOver = false

  constructor(context: GenerationContext, call: GenerationCall) {
    this.#context = context
    this.#requestId = call.requestId
    this.#signal = call.signal
    this.#own = context.tracker.begin()
    context.running.add(this)
    try {
      context.assertOpen()
      if (call.signal.aborted) throw cancelled()
      this.#open(call)
    } catch (cause) {
      this.#fail(cause as AppError)
    }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<EngineEvent, undefined>> {
    this.#unread = 0
    if (this.#call?.isPaused()) this.#call.resume()
    return this.#queue.next()
  }

  return(): Promise<IteratorResult<EngineEvent, undefined>> {
    return this.#queue.return()
  }

  /** Its reader gets this error at once; resolves when the worker has let go of it. */
  async end(error: AppError): Promise<void> {
    if (this.#isOver) return this.#queue.ended
    const confirmed = this.#letGo()
    this.#settle(error)
    await confirmed
  }

  #open({ encoded, signal, deadline, onStarted }: GenerationCall): void {
    const { client } = this.#context
    const call =
      'chat' in encoded
        ? client.stream(inferenceService.Chat, encoded.chat, deadline)
        : client.stream(inferenceService.Complete, encoded.complete, deadline)
    this.#call = call
    call.on('data', (message: wire.GenerateEvent) => {
      if (message.started && !this.#isOver) onStarted(message.started)
      this.#take(message)
    })
    call.on('error', (cause) => this.#fail(client.failure(cause)))
    call.on('end', () => this.#fail(withoutFinish(client.name)))
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  #take(message: wire.GenerateEvent): void {
    if (this.#isOver) return
    this.#own.isStarted = true
    for (const event of decodeEvents(message)) this.#pass(event)
  }

  #pass(event: EngineEvent): void {
    if (event.type === 'finish') {
      this.#close()
      this.#queue.push(event)
      this.#settle(undefined)
      return
    }
    this.#queue.push(event)
    if (event.type !== 'text-delta') return
    this.#unread += event.text.length
    if (this.#unread > longestUnread) this.#call!.pause()
  }

  #fail(error: AppError): void {
    if (this.#isOver) return
    this.#close()
    this.#settle(error)
  }

  async #leave(): Promise<void> {
    if (this.#isOver) return
    await this.#letGo()
    this.#settle(cancelled())
  }

  #letGo(): Promise<void> {
    const call = this.#call!
    this.#close()
    this.#own.isLeaving = true
    // Its end comes behind what lies unread.
    call.resume()
    return this.#context.aborter.abort({ requestId: this.#requestId, call })
  }

  #close(): void {
    this.#isOver = true
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  #settle(error: AppError | undefined): void {
    this.#context.tracker.end(this.#own)
    this.#context.running.delete(this)
    this.#queue.end(error)
  }
}

const withoutFinish = (worker: string) =>
  new AppError('engine_failed', `worker ${worker}: the answer ended without saying why`)
