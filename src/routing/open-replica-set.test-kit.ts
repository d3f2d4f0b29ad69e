import type { Engine } from '../engine/engine.ts'
import type { EngineEvent } from '../engine/types.ts'
import { AppError, type ErrorCode } from '../errors.ts'
import { createReplicaSet, type ReplicaSetOptions } from './replica-set.ts'
import {
  createScriptedEngine,
  createScriptedReplica,
  textRequest,
  type ScriptedEngine,
} from './scripted-replica.test-kit.ts'

export const never = new AbortController().signal

/** A set of serving replicas `a`, `b` and so on. */
export function openReplicaSet(engines: Engine[], options: ReplicaSetOptions = {}) {
  const replicas = engines.map((engine, index) => createScriptedReplica('abc'[index]!, engine))
  const moves: string[] = []
  const set = createReplicaSet('m', {
    onMoved: ({ model, from, to, error }) => moves.push(`${model}: ${from} -> ${to} (${error.code})`),
    ...options,
  })
  replicas.forEach(set.add)
  return { set, replicas, moves }
}

export async function start(engine: Engine, signal = never, choice = 0) {
  const prepared = await engine.prepare(textRequest())
  return prepared.generate(choice, signal)[Symbol.asyncIterator]()
}

export async function readAll(events: AsyncIterator<EngineEvent>): Promise<EngineEvent[]> {
  const all: EngineEvent[] = []
  for (;;) {
    const result = await events.next()
    if (result.done === true) return all
    all.push(result.value)
  }
}

export const answering = (text: string): ScriptedEngine => {
  const engine = createScriptedEngine()
  engine.onRun = (run) => run.answer(text)
  return engine
}
/** Every generation fails, after these events. */
export const failing = (code: ErrorCode, ...events: EngineEvent[]): ScriptedEngine => {
  const engine = createScriptedEngine()
  engine.onRun = (run) => {
    for (const event of events) run.events.push(event)
    run.events.end(new AppError(code, `it is ${code}`))
  }
  return engine
}
