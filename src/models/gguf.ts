import { openSync, readSync, closeSync } from 'node:fs'
import { AppError } from '../errors.ts'

export type GgufSummary = {
  architecture: string
  /** e.g. `Q8_0`; undefined if the file does not say. */
  quantization: string | undefined
  name: string | undefined
  contextLength: number | undefined
  layers: number | undefined
  embeddingLength: number | undefined
  tensors: number
  metadata: Record<string, string | number | boolean>
}

/** Throws `invalid_model` unless the file starts as a GGUF does. Cheap: reads four bytes. */
export function assertGgufMagic(path: string, shownAs = path): void {
  const head = Buffer.alloc(4)
  const file = openSync(path, 'r')
  try {
    readSync(file, head, 0, 4, 0)
  } finally {
    closeSync(file)
  }
  if (head.toString('latin1') === 'GGUF') return
  throw new AppError(
    'invalid_model',
    `${shownAs} is not a GGUF file (it does not start with "GGUF"); models must be in GGUF format`,
  )
}

/** Reads a file's metadata without loading it. Throws `invalid_model`. */
export async function readGguf(path: string): Promise<GgufSummary> {
  assertGgufMagic(path)
  const { GgufFileType, readGgufFileInfo } = await import('node-llama-cpp')
  try {
    const info = await readGgufFileInfo(path, { readTensorInfo: false, logWarnings: false })
    const architecture = info.metadata.general.architecture
    const metadata = flatten(info.metadata as object)
    const numberAt = (key: string) => {
      const value = metadata[`${architecture}.${key}`]
      return typeof value === 'number' ? value : undefined
    }
    return {
      architecture,
      quantization: GgufFileType[info.metadata.general.file_type ?? -1]?.replace('MOSTLY_', ''),
      name: info.metadata.general.name,
      contextLength: numberAt('context_length'),
      layers: numberAt('block_count'),
      embeddingLength: numberAt('embedding_length'),
      tensors: Number(info.tensorCount),
      metadata,
    }
  } catch (cause) {
    throw new AppError(
      'invalid_model',
      `${path} is damaged: its GGUF header cannot be read; pull the model again`,
      { cause },
    )
  }
}

/** Scalars only, long texts shortened: for people to read, not to load from. */
function flatten(value: object, prefix = ''): Record<string, string | number | boolean> {
  const flat: Record<string, string | number | boolean> = {}
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const path = prefix + key
    if (Array.isArray(inner)) flat[path] = `[${inner.length} values]`
    else if (typeof inner === 'object' && inner !== null) Object.assign(flat, flatten(inner, `${path}.`))
    else if (typeof inner === 'bigint') flat[path] = Number(inner)
    else if (typeof inner === 'string')
      flat[path] = inner.length > 2000 ? `${inner.slice(0, 2000)}...` : inner
    else if (typeof inner === 'number' || typeof inner === 'boolean') flat[path] = inner
  }
  return flat
}
