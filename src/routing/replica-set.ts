import type { Engine, Prepared } from '../engine/engine.ts'
import type { Replica } from '../engine/replica.ts'
import type { Embeddings, EmbedRequest, GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type { BreakerRules } from './breaker.ts'
import { createChangeSignal } from './change-signal.ts'
import { Journey } from './journey.ts'
import { MovingGeneration } from './moving-generation.ts'
import type { PickPolicy } from './pick-replica.ts'
import { createPromptPrefix, noPrefix } from './prompt-prefix.ts'
import { createReplicaRoster, type ReplicaRoster } from './replica-roster.ts'
import { noBreaker, type BreakerView, type GuardChange } from './replica-guard.ts'
import { resetReplicas } from './reset-replicas.ts'
import { createRetryBudget, type RetryBudget } from './retry-budget.ts'
import {
  createSeating,
  runSomewhere,
  type Action,
  type Move,
  type Passenger,
  type Seating,
} from './seating.ts'
import { guardOnce, noLimits, type StepLimits } from './step-watch.ts'
import { summarizeEmbedding, summarizeKinds, summarizeModel, sumStatus } from './sum-replicas.ts'

export type ReplicaSetOptions = {
  policy?: PickPolicy | undefined
  /** Longest wait for a replica where none serves; milliseconds. */
  waitMs?: number | undefined
  /** A request that had sent no text yet goes on elsewhere. */
  onMoved?: ((move: Move) => void) | undefined
  /** When a replica is left alone for a while; absent: never. */
  breaker?: BreakerRules | undefined
  onBreaker?: ((change: BreakerEvent) => void) | undefined
  /** How long an attempt may be silent; absent: without limit. */
  limits?: StepLimits | undefined
  /** Bounds the retries of all models together; absent: this set has its own. */
  budget?: RetryBudget | undefined
}

export type BreakerEvent = { model: string; worker: string; change: GuardChange }

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
  breaker(id: string): BreakerView | undefined
  /** Of the replicas that take requests now: those that serve and are not left alone. */
  openSlots(): number
  /** Runs after each change of a replica or of the set of them. Returns how to stop that. */
  subscribe(listener: () => void): () => void
  /**
   * Ends its own requests only: the workers belong to somebody else. `refusal` is what requests that have not
   * begun are told; what runs ends with `engine_failed`.
   */
  close(refusal?: AppError): Promise<void>
}

const defaultWaitMs = 10_000
/** As Finagle and Envoy have it. */
const defaultRetryShare = 0.2

type Parts = {
  roster: ReplicaRoster
  seating: Seating
  limits: StepLimits
  budget: RetryBudget
  live: Set<MovingGeneration>
  assertOpen(): void
}

export function createReplicaSet(model: string, options: ReplicaSetOptions = {}): ReplicaSet {
  const { policy = 'least-load', waitMs = defaultWaitMs, onMoved = () => undefined } = options
  const { limits = noLimits, budget = createRetryBudget(defaultRetryShare) } = options
  const changes = createChangeSignal()
  const roster = createReplicaRoster({
    policy,
    breaker: options.breaker ?? noBreaker,
    onChange: changes.notify,
    onBreaker: (worker, change) => options.onBreaker?.({ model, worker, change }),
  })
  const live = new Set<MovingGeneration>()
  const describeModel = summarizeModel(roster.serving)
  const canEmbed = summarizeEmbedding(roster.serving)
  let refusal: AppError | undefined
  const assertOpen = () => {
    if (refusal) throw refusal
  }
  const seating = createSeating({ model, roster, changes, waitMs, budget, onMoved, assertOpen })
  const parts: Parts = { roster, seating, limits, budget, live, assertOpen }

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
    ...createTextMethods(createRunAnywhere(parts)),
    resetPrefixCache: () => resetReplicas(model, roster.serving()),
    status: () => sumStatus(roster.serving()),
    add: roster.add,
    remove: roster.remove,
    replicas: roster.replicas,
    breaker: roster.breaker,
    openSlots: () => sumStatus(roster.trusted()).slots,
    subscribe: changes.subscribe,
    async close(reason) {
      const ended = new AppError('engine_failed', `${model} was unloaded`)
      refusal ??= reason ?? ended
      changes.notify()
      await Promise.all([...live].map((generation) => generation.close(ended)))
    },
  }
}

/** For what any replica can do at once. */
const createRunAnywhere =
  ({ seating, assertOpen }: Parts) =>
  async <T>(run: Action<T>['run']): Promise<T> => {
    assertOpen()
    const passenger = { journey: new Journey(), prefix: noPrefix }
    return (await runSomewhere(seating, passenger, { run, proves: 'neutral' })).value
  }

const createTextMethods = (
  runAnywhere: ReturnType<typeof createRunAnywhere>,
): Pick<Engine, 'tokenize' | 'detokenize'> => ({
  tokenize: (text) => runAnywhere((engine) => engine.tokenize(text)),
  detokenize: (tokens) => runAnywhere((engine) => engine.detokenize(tokens)),
})

async function prepare(parts: Parts, request: GenerateRequest): Promise<Prepared> {
  const { seating, limits, budget, live, assertOpen } = parts
  const prefix = createPromptPrefix(request.prompt)
  const journey = new Journey()
  assertOpen()
  budget.deposit()
  const first = await runSomewhere(
    seating,
    { journey, prefix },
    {
      // A worker that is stuck counts no tokens either.
      run: (engine, worker) => guardOnce(worker, limits, engine.prepare(request)),
      proves: 'neutral',
    },
  )
  const prepared = new Map([[first.engine, first.value]])
  return {
    promptTokens: first.value.promptTokens,
    generate: (choice, signal) =>
      new MovingGeneration({
        seating,
        limits,
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
  { seating, budget, assertOpen }: Parts,
  request: EmbedRequest,
  signal: AbortSignal,
): Promise<Embeddings> {
  assertOpen()
  budget.deposit()
  const passenger: Passenger = {
    journey: new Journey(),
    prefix: noPrefix,
    canServe: (engine) => engine.embed !== undefined,
  }
  const run = (engine: Engine) => engine.embed!(request, signal)
  const { value, worker } = await runSomewhere(seating, passenger, { run, proves: 'success', signal })
  return { ...value, worker }
}
