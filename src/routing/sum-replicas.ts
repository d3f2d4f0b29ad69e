import type { Engine } from '../engine/engine.ts'
import type { EngineCounters, EngineStatus, ModelInfo } from '../engine/types.ts'

/** Before anything has served the model. */
const unknownModel: ModelInfo = {
  architecture: 'unknown',
  quantization: undefined,
  parameters: undefined,
  sizeBytes: 0,
  contextLength: 0,
  trainedContextLength: 0,
  vocabularySize: 0,
  hasChatTemplate: false,
}

/** e.g. `llama-cpp` or `llama-cpp+transformers`. */
export const summarizeKinds = (engines: readonly Engine[]): string =>
  [...new Set(engines.map(({ kind }) => kind))].toSorted().join('+') || 'none'

/** The first one's description with the smallest context of all: what is promised must fit wherever it goes. */
export function summarizeModel(serving: () => readonly Engine[]): () => ModelInfo {
  let last = unknownModel
  return () => {
    const infos = serving().map(({ info }) => info)
    const [first] = infos
    if (first === undefined) return last
    const contextLength = Math.min(...infos.map((info) => info.contextLength))
    return (last = { ...first, contextLength })
  }
}

/** Whether any can; while none serves, what held before. */
export function summarizeEmbedding(serving: () => readonly Engine[]): () => boolean {
  let last = false
  return () => {
    const engines = serving()
    return engines.length === 0 ? last : (last = engines.some(({ embed }) => embed !== undefined))
  }
}

export function sumStatus(engines: readonly Engine[]): EngineStatus {
  const all = engines.map((engine) => engine.status())
  const sum = (read: (status: EngineStatus) => number) =>
    all.reduce((total, status) => total + read(status), 0)
  return {
    slots: sum(({ slots }) => slots),
    busySlots: sum(({ busySlots }) => busySlots),
    waiting: sum(({ waiting }) => waiting),
    // One that hangs must not hide behind others that do not.
    stepAgeMs: Math.max(0, ...all.map(({ stepAgeMs }) => stepAgeMs)),
    threads: all.some(({ threads }) => threads !== undefined)
      ? sum(({ threads }) => threads ?? 0)
      : undefined,
    counters: sumCounters(all.map(({ counters }) => counters)),
  }
}

function sumCounters(all: readonly EngineCounters[]): EngineCounters {
  const sum = (read: (counters: EngineCounters) => number) =>
    all.reduce((total, counters) => total + read(counters), 0)
  const stepsByBatchSize: Record<number, number> = {}
  for (const counters of all) {
    for (const [size, steps] of Object.entries(counters.stepsByBatchSize))
      stepsByBatchSize[Number(size)] = (stepsByBatchSize[Number(size)] ?? 0) + steps
  }
  return {
    steps: sum(({ steps }) => steps),
    prefillTokens: sum(({ prefillTokens }) => prefillTokens),
    cachedTokens: sum(({ cachedTokens }) => cachedTokens),
    decodeTokens: sum(({ decodeTokens }) => decodeTokens),
    cancelled: sum(({ cancelled }) => cancelled),
    stepsByBatchSize,
  }
}
