import type { ModelListing } from '../../../engine/types.ts'

/** OpenAI's four fields, then llama-server's extensions. */
export function encodeModel(entry: ModelListing): object {
  const { info } = entry
  return {
    id: entry.id,
    object: 'model',
    created: entry.created,
    owned_by: 'sluice',
    aliases: entry.aliases,
    status: { value: entry.status },
    ...(info && {
      architecture: { name: info.architecture, input_modalities: ['text'], output_modalities: ['text'] },
      meta: {
        n_ctx: info.contextLength,
        n_ctx_train: info.trainedContextLength,
        n_vocab: info.vocabularySize,
        n_params: info.parameters ?? null,
        size: info.sizeBytes,
        quantization: info.quantization ?? null,
        n_slots: entry.slots ?? null,
      },
    }),
  }
}
