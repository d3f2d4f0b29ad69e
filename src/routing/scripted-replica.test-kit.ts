import type { Engine } from '../engine/engine.ts'
import { EventQueue } from '../engine/event-queue.ts'
import type { Replica, ReplicaState } from '../engine/replica.ts'
import type { EngineEvent, GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'

export const textRequest = (text = 'hello'): GenerateRequest => ({
  prompt: { kind: 'text', text },
  sampling: {},
  stop: [],
  ignoreEos: false,
})

export const textDelta = (text: string): EngineEvent => ({ type: 'text-delta', text, tokens: 1 })
export const promptProgress: EngineEvent = { type: 'prompt-progress', processed: 1, total: 2 }
export const finish: EngineEvent = {
  type: 'finish',
  reason: 'stop',
  usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 1 },
  timings: { queueMs: 0, prefillMs: 0, decodeMs: 0 },
}

/** A generation that says what the test makes it say. */
export type ScriptedRun = { choice: number; events: EventQueue; isLeft: boolean; answer(text: string): void }

export type ScriptedEngine = Engine & {
  runs: ScriptedRun[]
  prepared: GenerateRequest[]
  isClosed: boolean
  /** Runs when a request is prepared; throws or holds as the test likes. */
  onPrepare: () => Promise<void> | void
  /** Runs when a generation starts. */
  onRun: (run: ScriptedRun) => void
  /** When nobody reads any more: ends the run, unless a test holds it back. */
  onLeave: (run: ScriptedRun) => void
}

export function createScriptedEngine(slots = 4, contextLength = 100): ScriptedEngine {
  const busy = new Set<ScriptedRun>()
  const begin = (choice: number, signal: AbortSignal): ScriptedRun => {
    const run: ScriptedRun = {
      choice,
      isLeft: false,
      events: new EventQueue(() => {
        run.isLeft = true
        engine.onLeave(run)
      }),
      answer: (text) => {
        for (const event of [textDelta(text), finish]) run.events.push(event)
        run.events.end()
      },
    }
    engine.runs.push(run)
    busy.add(run)
    void run.events.ended.then(() => busy.delete(run))
    const abort = () => run.events.end(new AppError('cancelled', 'aborted'))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    engine.onRun(run)
    return run
  }
  const engine: ScriptedEngine = {
    kind: 'scripted',
    info: describeModel(contextLength),
    runs: [],
    prepared: [],
    isClosed: false,
    onPrepare: () => undefined,
    onRun: () => undefined,
    onLeave: (run) => run.events.end(),
    async prepare(request) {
      await engine.onPrepare()
      engine.prepared.push(request)
      return { promptTokens: 1, generate: (choice, signal) => begin(choice, signal).events }
    },
    tokenize: async () => [slots],
    detokenize: async () => String(slots),
    status: () => ({
      slots,
      busySlots: Math.min(busy.size, slots),
      waiting: Math.max(0, busy.size - slots),
      stepAgeMs: 0,
      threads: undefined,
      counters: { ...noSteps, steps: 3, stepsByBatchSize: { 1: 2, 4: 1 } },
    }),
    async close() {
      engine.isClosed = true
    },
  }
  return engine
}

const noSteps = { prefillTokens: 0, cachedTokens: 0, decodeTokens: 0, cancelled: 0 }

const describeModel = (contextLength: number) => ({
  architecture: 'scripted',
  quantization: undefined,
  parameters: undefined,
  sizeBytes: 0,
  contextLength,
  trainedContextLength: contextLength,
  vocabularySize: 1,
  hasChatTemplate: true,
})

export type ScriptedReplica = Replica & {
  become(state: ReplicaState, change?: { engine?: Engine | undefined; lastError?: AppError }): void
}

export function createScriptedReplica(id: string, first?: Engine): ScriptedReplica {
  const listeners = new Set<() => void>()
  let state: ReplicaState = first ? 'serving' : 'starting'
  let engine = first
  let lastError: AppError | undefined
  return {
    id,
    get state() {
      return state
    },
    get engine() {
      return engine
    },
    get lastError() {
      return lastError
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    become(next, change = {}) {
      state = next
      if ('engine' in change) engine = change.engine
      lastError = change.lastError
      for (const listener of listeners) listener()
    },
  }
}
