import type { LlamaModel } from 'node-llama-cpp'
import type { ModelInfo } from '../../engine/types.ts'
import { resolveModel, type NativeModel } from './binding.ts'
import { createChatTemplate, type ChatTemplate } from './chat-template.ts'
import type { GgufFile } from './gguf-file.ts'
import type { ModelShape } from './model-shape.ts'
import type { Tokenizer } from './prompt.ts'

const templateKey = 'tokenizer.chat_template'

export type InfoInput = {
  file: GgufFile
  shape: ModelShape
  contextLength: number
  model: NativeModel
  fileTypeName: (type: number) => string | undefined
}

export function createModelInfo({ file, shape, contextLength, model, fileTypeName }: InfoInput): ModelInfo {
  const fileType = file.header.metadata.get('general.file_type')
  return {
    architecture: shape.architecture,
    quantization: typeof fileType === 'number' ? fileTypeName(fileType) : undefined,
    parameters: model.getTotalParameters(),
    sizeBytes: file.sizeBytes,
    contextLength,
    trainedContextLength: shape.trainedContextLength,
    vocabularySize: shape.vocabularySize,
    hasChatTemplate: typeof file.header.metadata.get(templateKey) === 'string',
  }
}

export type TokenizerInput = { file: GgufFile; shape: ModelShape; contextLength: number; model: LlamaModel }

export function createTokenizer({ file, shape, contextLength, model }: TokenizerInput): Tokenizer {
  const { tokens } = model
  const source = file.header.metadata.get(templateKey)
  let template: ChatTemplate | undefined
  return {
    tokenize: (text) => resolveModel(model).tokenize(text, true),
    vocabularySize: shape.vocabularySize,
    contextLength,
    longestToken: shape.longestToken,
    bosToken: tokens.shouldPrependBosToken ? (tokens.bos ?? undefined) : undefined,
    chatTemplate() {
      if (typeof source !== 'string') return undefined
      template ??= createChatTemplate({
        source,
        bosToken: tokens.bosString ?? '',
        eosToken: tokens.eosString ?? '',
      })
      return template
    },
  }
}
