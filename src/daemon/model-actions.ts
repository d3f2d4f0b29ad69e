import { AppError } from '../errors.ts'
import type { CatalogueEntry } from '../models/catalogue.ts'
import { readGguf } from '../models/gguf.ts'
import { pullModel } from '../models/pull.ts'
import { removeModel } from '../models/remove.ts'
import type { ControlActions } from '../protocols/control/actions.ts'
import type { ListedModel } from '../protocols/control/types.ts'
import type { ModelHouse } from './model-house.ts'

type ModelActions = Pick<ControlActions, 'listModels' | 'showModel' | 'removeModel' | 'pullModel'>

/** What callers may do with model files. */
export function createModelActions(
  { catalogue, loaded, virtual }: ModelHouse,
  modelsFolder: string,
): ModelActions {
  const statusOf = (name: string) => loaded.find(name)?.status ?? 'unloaded'
  const describe = (entry: CatalogueEntry) => describeFile(entry, statusOf(entry.name))
  return {
    pullModel: createPull(modelsFolder, () => catalogue.refresh()),
    listModels() {
      catalogue.refresh()
      const withoutFile = virtual().map(({ name, aliases }) => describeVirtual(name, aliases, statusOf(name)))
      return [...withoutFile, ...catalogue.list().map(describe)]
    },
    async showModel(name) {
      const entry = catalogue.find(name)
      if (!entry)
        throw new AppError('model_not_found', `there is no model "${name}"; see: sluice list`, {
          param: 'model',
        })
      const summary = await readGguf(entry.path)
      return {
        ...describe(entry),
        architecture: summary.architecture,
        quantization: summary.quantization ?? null,
        context_length: summary.contextLength ?? null,
        layers: summary.layers ?? null,
        embedding_length: summary.embeddingLength ?? null,
        metadata: summary.metadata,
      }
    },
    async removeModel(name) {
      if (statusOf(name) === 'unloaded') return removeModel(catalogue, name)
      throw new AppError('conflict', `${name} is loaded; unload it first: sluice unload ${name}`)
    },
  }
}

/** One pull per source at a time: two writers to one part file would spoil it. */
function createPull(modelsFolder: string, onDone: () => void): ControlActions['pullModel'] {
  const pulling = new Set<string>()
  return async (body, { signal, onProgress }) => {
    if (pulling.has(body.source)) throw new AppError('conflict', `${body.source} is being pulled already`)
    pulling.add(body.source)
    try {
      const { name, path, sizeBytes, sha256 } = await pullModel(modelsFolder, body, {
        signal,
        onProgress: ({ status, completed, total }) => onProgress({ status, completed, total: total ?? null }),
      })
      onDone()
      return { name, path, size_bytes: sizeBytes, sha256 }
    } finally {
      pulling.delete(body.source)
    }
  }
}

const describeFile = (entry: CatalogueEntry, status: ListedModel['status']): ListedModel => ({
  name: entry.name,
  aliases: entry.aliases,
  origin: entry.origin,
  path: entry.path,
  size_bytes: entry.sizeBytes,
  modified_at: entry.modified.toISOString(),
  status,
})

const describeVirtual = (name: string, aliases: string[], status: ListedModel['status']): ListedModel => ({
  name,
  aliases,
  origin: 'engine',
  path: '',
  size_bytes: 0,
  modified_at: new Date(0).toISOString(),
  status,
})
