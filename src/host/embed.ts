import type * as wire from '../contract/wire-types.ts'
import type { Engine } from '../engine/engine.ts'
import type { Embeddings, EmbedRequest, TextPrompt } from '../engine/types.ts'
import { AppError } from '../errors.ts'

export async function embed(
  engine: Engine,
  request: wire.EmbedRequest,
  signal: AbortSignal,
): Promise<wire.EmbedResponse> {
  if (engine.embed) return encodeEmbeddings(await engine.embed(decodeEmbed(request), signal))
  throw new AppError('unsupported_parameter', `the ${engine.kind} engine makes no embeddings`)
}

function decodeEmbed(request: wire.EmbedRequest): EmbedRequest {
  const { inputs = [], dimensions, normalize, promptName, truncate } = request
  const unsupported = { normalize: normalize === false, prompt_name: promptName, truncate }
  for (const [param, value] of Object.entries(unsupported)) {
    if (!value) continue
    throw new AppError('unsupported_parameter', `this engine does not support ${param}`, { param })
  }
  return { inputs: inputs.map(decodeInput), dimensions: dimensions || undefined }
}

const decodeInput = ({ text = '', tokenIds }: wire.EmbedInput): TextPrompt =>
  tokenIds ? { kind: 'tokens', tokens: tokenIds.ids ?? [] } : { kind: 'text', text }

const encodeEmbeddings = ({ vectors, promptTokens }: Embeddings): wire.EmbedResponse => ({
  embeddings: vectors.map((vector, index) => ({
    index,
    // Every machine that Node runs on keeps floats little endian.
    f32le: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
    dimensions: vector.length,
  })),
  usage: { promptTokens },
})
