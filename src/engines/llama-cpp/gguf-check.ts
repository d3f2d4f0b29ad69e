import { access } from 'node:fs/promises'
import { AppError } from '../../errors.ts'
import type { NativeBindings } from './binding.ts'
import type { GgufFile } from './gguf-file.ts'
import type { GgufHeader, GgufTensor } from './gguf-header.ts'
import { readArchitecture, readShape } from './model-shape.ts'

/** Architectures that llama.cpp loads but that answer no prompt by themselves: it would abort at the first decode. */
const notGenerators = new Set([
  't5',
  't5encoder',
  'clip',
  'bert',
  'nomic-bert',
  'nomic-bert-moe',
  'jina-bert-v2',
])
const splitName = /-(\d{5})-of-(\d{5})\.gguf$/

/** Refuses what llama.cpp cannot load, or would crash on, with the reason and the next step. */
export async function assertLoadable(file: GgufFile, bindings: NativeBindings): Promise<void> {
  const { path, header } = file
  assertArchitecture(path, readArchitecture(file), header, bindings)
  assertComplete(file, bindings)
  await assertParts(path, header)
  readShape(file)
}

function assertArchitecture(
  path: string,
  architecture: string,
  header: GgufHeader,
  bindings: NativeBindings,
): void {
  const kind = header.metadata.get('general.type')
  if (typeof kind === 'string' && kind !== 'model') {
    throw invalid(
      `${path} holds ${kind === 'adapter' ? 'an adapter' : `a ${kind}`}, not a model: load its base model`,
    )
  }
  if (!bindings.getIsArchSupported(architecture)) {
    throw invalid(
      `${path} has the architecture ${JSON.stringify(architecture.slice(0, 64))}, which this version of llama.cpp does not support`,
    )
  }
  const causal = header.metadata.get(`${architecture}.attention.causal`)
  if (notGenerators.has(architecture) || causal === false) {
    throw invalid(`${path} is a ${architecture} model, which cannot generate text: load a generative model`)
  }
}

/** Tensor data must lie inside the file: llama.cpp maps the file and would read past its end. */
function assertComplete({ path, sizeBytes, header }: GgufFile, bindings: NativeBindings): void {
  const needed = header.tensors.map(
    (tensor) => header.dataOffset + tensor.offset + sizeOf(path, tensor, bindings),
  )
  const end = needed.reduce((most, bytes) => Math.max(most, bytes), header.dataOffset)
  if (end > sizeBytes) {
    throw invalid(`${path} is truncated: it has ${sizeBytes} bytes and needs ${end}; fetch it again`)
  }
}

function sizeOf(path: string, { name, dimensions, type }: GgufTensor, bindings: NativeBindings): number {
  const block = bindings.getBlockSizeForGgmlType(type) ?? 0
  const bytes = bindings.getTypeSizeForGgmlType(type) ?? 0
  const tensor = `the tensor ${JSON.stringify(name.slice(0, 64))}`
  if (block <= 0 || bytes <= 0) {
    throw invalid(`${path}: ${tensor} has type ${type}, which this version of llama.cpp does not know`)
  }
  if (dimensions.some((size) => size < 1) || dimensions[0]! % block !== 0) {
    throw invalid(`${path} is damaged: ${tensor} has the impossible shape ${dimensions.join(' x ')}`)
  }
  return (dimensions.reduce((product, size) => product * size, 1) / block) * bytes
}

/** A split model is loaded through its first part, with the others beside it. */
async function assertParts(path: string, { metadata }: GgufHeader): Promise<void> {
  const count = metadata.get('split.count')
  if (typeof count !== 'number' || count < 2) return
  const match = splitName.exec(path)
  if (match === null) {
    throw invalid(`${path} is one of ${count} parts and must keep its name NAME-00001-of-${pad(count)}.gguf`)
  }
  const part = (number: number) => path.replace(splitName, `-${pad(number)}-of-${match[2]}.gguf`)
  if (metadata.get('split.no') !== 0)
    throw invalid(`${path} is not the first part of its model: load ${part(1)}`)
  for (let number = 2; number <= count; number++) {
    await access(part(number)).catch((cause: unknown) => {
      throw new AppError('invalid_model', `${part(number)} is missing: the model has ${count} parts`, {
        cause,
      })
    })
  }
}

const pad = (number: number) => String(number).padStart(5, '0')
const invalid = (message: string) => new AppError('invalid_model', message)
