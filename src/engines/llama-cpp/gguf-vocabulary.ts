import { AppError } from '../../errors.ts'
import type { GgufFile } from './gguf-file.ts'

export type VocabularyShape = { vocabularySize: number; longestToken: number }

/** Lists with an entry for each token; llama.cpp reads them to the length of the token list. */
const parallelLists = ['tokenizer.ggml.scores', 'tokenizer.ggml.token_type']
/** `tokenizer.ggml.model` of SentencePiece vocabularies, which fall back to one token per byte. */
const sentencePiece = 'llama'

/** Refuses what llama.cpp does not survive in a vocabulary. */
export function readVocabulary({ path, header }: GgufFile): VocabularyShape {
  const { metadata } = header
  const tokens = metadata.get('tokenizer.ggml.tokens')
  if (typeof tokens !== 'object' || tokens.strings === undefined || tokens.length === 0) {
    throw invalid(`${path} has no vocabulary (tokenizer.ggml.tokens): it cannot answer text`)
  }
  const { duplicate, byteTokens, longest } = tokens.strings
  if (duplicate !== undefined) {
    throw invalid(`${path} is damaged: the token ${JSON.stringify(duplicate.slice(0, 64))} is there twice`)
  }
  if (metadata.get('tokenizer.ggml.model') === sentencePiece && byteTokens !== 256) {
    throw invalid(`${path} is damaged: its vocabulary has ${byteTokens} of the 256 byte tokens`)
  }
  for (const key of parallelLists) {
    const list = metadata.get(key)
    if (list === undefined || (typeof list === 'object' && list.length === tokens.length)) continue
    throw invalid(
      `${path} is damaged: ${key} does not have one entry for each of the ${tokens.length} tokens`,
    )
  }
  return { vocabularySize: tokens.length, longestToken: Math.max(1, longest) }
}

const invalid = (message: string) => new AppError('invalid_model', message)
