import type { Engine } from '../engine/engine.ts'
import type { EngineEvent, ModelInfo } from '../engine/types.ts'
import { AppError } from '../errors.ts'

export type Script = {
  /** Runs before every event; where a test holds an engine back or makes it fail. */
  step?: (step: number, choice: number) => Promise<void> | void
  /** The pieces of text of a choice. */
  pieces?: (choice: number) => Iterable<string>
  contextLength?: number
  /** Leaves the finish event out, as a broken engine would. */
  cut?: boolean
  progress?: { processed: number; total: number }[]
}

export type ScriptedEngine = Engine & {
  seen: { running: number; ended: number; cancelled: number; events: number; requests: unknown[] }
}

const info: ModelInfo = {
  architecture: 'scripted',
  quantization: 'Q8_0',
  parameters: 1000,
  sizeBytes: 4096,
  contextLength: 64,
  trainedContextLength: 128,
  vocabularySize: 256,
  hasChatTemplate: true,
}

/** Says what the test wrote, when the test lets it; one word of the prompt is one token. */
export function createScriptedEngine(script: Script = {}): ScriptedEngine {
  const seen: ScriptedEngine['seen'] = { running: 0, ended: 0, cancelled: 0, events: 0, requests: [] }
  const contextLength = script.contextLength ?? 64
  const engine: ScriptedEngine = {
    kind: 'scripted',
    info: { ...info, contextLength },
    seen,
    async prepare(request) {
      seen.requests.push(request)
      const { prompt } = request
      const promptTokens =
        prompt.kind === 'tokens'
          ? prompt.tokens.length
          : (prompt.kind === 'text' ? prompt.text : prompt.messages.map(({ text }) => text).join(' ')).split(
              ' ',
            ).length
      if (promptTokens >= contextLength) {
        throw new AppError(
          'context_length_exceeded',
          `the prompt has ${promptTokens} tokens, the model takes ${contextLength}`,
          {
            param: 'messages',
            details: { n_prompt_tokens: promptTokens, n_ctx: contextLength },
          },
        )
      }
      return {
        promptTokens,
        generate: (choice, signal) => play(script, seen, { promptTokens, choice, signal }),
      }
    },
    tokenize: async (text) => [...Buffer.from(text)],
    detokenize: async (tokens) => Buffer.from(tokens).toString(),
    status: () => ({
      slots: 2,
      busySlots: seen.running,
      waiting: 0,
      stepAgeMs: 0,
      threads: undefined,
      counters: {
        steps: 0,
        prefillTokens: 0,
        cachedTokens: 0,
        decodeTokens: 0,
        cancelled: seen.cancelled,
        stepsByBatchSize: {},
      },
    }),
    close: async () => {},
  }
  return engine
}

async function* play(
  script: Script,
  seen: ScriptedEngine['seen'],
  run: { promptTokens: number; choice: number; signal: AbortSignal },
): AsyncGenerator<EngineEvent> {
  const { choice, signal, promptTokens } = run
  let step = 0
  let completionTokens = 0
  const advance = async () => {
    await abortable(script.step?.(step, choice), signal)
    step += 1
    seen.events += 1
    if (!signal.aborted) return
    seen.cancelled += 1
    throw new AppError('cancelled', 'aborted')
  }
  seen.running += 1
  try {
    for (const progress of script.progress ?? []) {
      yield { type: 'prompt-progress', ...progress }
      await advance()
    }
    for (const text of script.pieces?.(choice) ?? ['Hello', ' wörld']) {
      await advance()
      completionTokens += 1
      yield { type: 'text-delta', text, tokens: 1 }
    }
    await advance()
    if (script.cut) return
    const timings = { queueMs: 0, prefillMs: 2, decodeMs: 4 }
    yield {
      type: 'finish',
      reason: 'stop',
      usage: { promptTokens, cachedTokens: 1, completionTokens },
      timings,
    }
  } finally {
    seen.running -= 1
    seen.ended += 1
  }
}

/** An engine notices an abort wherever it waits. */
const abortable = (wait: Promise<void> | void, signal: AbortSignal): Promise<void> | void =>
  wait &&
  Promise.race([
    wait,
    new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    }),
  ])
