import type { Engine, Prepared } from '../engine/engine.ts'
import type { Replica } from '../engine/replica.ts'
import type { Embeddings, EmbedRequest, GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import { createChangeSignal } from './change-signal.ts'
import { Journey } from './journey.ts'
import { MovingGeneration } from './moving-generation.ts'
import type { PickPolicy } from './pick-replica.ts'
import { createPromptPrefix, noPrefix } from './prompt-prefix.ts'
import { createReplicaRoster, type ReplicaRoster } from './replica-roster.ts'
import { createSeating, runSomewhere, type Move, type Passenger, type Seating } from './seating.ts'
import { summarizeEmbedding, summarizeKinds, summarizeModel, sumStatus } from './sum-replicas.ts'

export type ReplicaSetOptions = {
  policy?: PickPolicy | undefined
  /** Longest wait for a replica where none serves; milliseconds. */
  waitMs?: number | undefined
  /** A request that had sent no text yet goes on elsewhere. */
  onMoved?: ((move: Move) => void) | undefined
}

/**
 * One model on several workers, as one engine. Requests go to the replica with the least load; one that fails
 * before its first text moves to another replica. Replicas that do not serve are left out until they do.
 */
export interface ReplicaSet extends Engine {
  /** One with the same id takes its place. */
  add(replica: Replica): void
  /** What has not begun there moves; what has begun goes on until its worker ends it. */
  remove(id: string): void
  replicas(): Replica[]
  /** Runs after each change of a replica or of the set of them. Returns how to stop that. */
  subscribe(listener: () => void): () => void
  /**
   * Ends its own requests only: the workers belong to somebody else. `refusal` is what requests that have not
   * begun are told; what runs ends with `engine_failed`.
   */
  close(refusal?: AppError): Promise<void>
}

const defaultWaitMs = 10_000

type Parts = {
  roster: ReplicaRoster
  seating: Seating
  live: Set<MovingGeneration>
  assertOpen(): void
}

export function createReplicaSet(model: string, options: ReplicaSetOptions = {}): ReplicaSet {
  const { policy = 'least-load', waitMs = defaultWaitMs, onMoved = () => undefined } = options
  const changes = createChangeSignal()
  const roster = createReplicaRoster(policy, changes.notify)
  const live = new Set<MovingGeneration>()
  const describeModel = summarizeModel(roster.serving)
  const canEmbed = summarizeEmbedding(roster.serving)
  let refusal: AppError | undefined
  const assertOpen = () => {
    if (refusal) throw refusal
  }
  const seating = createSeating({ model, roster, changes, waitMs, onMoved, assertOpen })
  const parts: Parts = { roster, seating, live, assertOpen }
  const runAnywhere = async <T>(action: (engine: Engine) => Promise<T>) => {
    assertOpen()
    return (await runSomewhere(seating, { journey: new Journey(), prefix: noPrefix }, action)).value
  }

  return {
    get kind() {
      return summarizeKinds(roster.serving())
    },
    get info() {
      return describeModel()
    },
    prepare: (request) => prepare(parts, request),
    get embed() {
      return canEmbed()
        ? (request: EmbedRequest, signal: AbortSignal) => embed(parts, request, signal)
        : undefined
    },
    tokenize: (text) => runAnywhere((engine) => engine.tokenize(text)),
    detokenize: (tokens) => runAnywhere((engine) => engine.detokenize(tokens)),
    status: () => sumStatus(roster.serving()),
    add: roster.add,
    remove: roster.remove,
    replicas: roster.replicas,
    subscribe: changes.subscribe,
    async close(reason) {
      const ended = new AppError('engine_failed', `${model} was unloaded`)
      refusal ??= reason ?? ended
      changes.notify()
      await Promise.all([...live].map((generation) => generation.close(ended)))
    },
  }
}

async function prepare(parts: Parts, request: GenerateRequest): Promise<Prepared> {
  const { seating, live, assertOpen } = parts
  const prefix = createPromptPrefix(request.prompt)
  const journey = new Journey()
  assertOpen()
  const first = await runSomewhere(seating, { journey, prefix }, (engine) => engine.prepare(request))
  const prepared = new Map([[first.engine, first.value]])
  return {
    promptTokens: first.value.promptTokens,
    generate: (choice, signal) =>
      new MovingGeneration({
        seating,
        request,
        prefix,
        prepared,
        home: first.engine,
        journey: new Journey(journey),
        choice,
        signal,
        assertOpen,
        onBegin: (generation) => live.add(generation),
        onOver: (generation) => live.delete(generation),
      }),
  }
}

async function embed(
  { seating, assertOpen }: Parts,
  request: EmbedRequest,
  signal: AbortSignal,
): Promise<Embeddings> {
  assertOpen()
  const passenger: Passenger = {
    journey: new Journey(),
    prefix: noPrefix,
    canServe: (engine) => engine.embed !== undefined,
  }
  const ask = (engine: Engine) => engine.embed!(request, signal)
  const { value, worker } = await runSomewhere(seating, passenger, ask, signal)
  return { ...value, worker }
}
