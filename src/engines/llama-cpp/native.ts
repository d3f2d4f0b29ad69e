import type { Llama } from 'node-llama-cpp'
import { AppError } from '../../errors.ts'
import { pinnedVersion, resolveBindings, type NativeBindings } from './binding.ts'

export type Native = {
  llama: Llama
  bindings: NativeBindings
  /** `Q8_0` for the number in `general.file_type`. */
  fileTypeName: (type: number) => string | undefined
  /** Warnings and errors that llama.cpp has printed since the last call, oldest first. */
  takeLog: () => Promise<string[]>
}

const keptLines = 50
let started: Promise<Native> | undefined

/** One llama.cpp per process, started at the first load: importing it costs a quarter of a second. */
export function startNative(): Promise<Native> {
  started ??= start().catch((cause: unknown) => {
    started = undefined
    throw cause
  })
  return started
}

async function start(): Promise<Native> {
  const lines: string[] = []
  const { GgufFileType } = await importLibrary()
  const llama = await createLlama((line) => {
    lines.push(line)
    if (lines.length > keptLines) lines.shift()
  })
  return {
    llama,
    bindings: resolveBindings(llama),
    fileTypeName: (type) => GgufFileType[type]?.replace(/^(MOSTLY|ALL)_/, ''),
    async takeLog() {
      // Native threads hand their lines over through the event loop.
      await new Promise((resolve) => setImmediate(resolve))
      return lines.splice(0)
    },
  }
}

const importLibrary = () => import('node-llama-cpp')

async function createLlama(keep: (line: string) => void): Promise<Llama> {
  try {
    const { getLlama, LlamaLogLevel } = await importLibrary()
    return await getLlama({
      // Building llama.cpp here would download its sources.
      build: 'never',
      logLevel: LlamaLogLevel.warn,
      logger: (_level, message) => keep(message.trim()),
    })
  } catch (cause) {
    throw new AppError(
      'engine_failed',
      `llama.cpp cannot start on ${process.platform}-${process.arch}: run npm ci without --omit=optional (node-llama-cpp ${pinnedVersion})`,
      { cause },
    )
  }
}
