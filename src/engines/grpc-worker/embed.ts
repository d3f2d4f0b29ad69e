import { inferenceService } from '../../contract/definition.ts'
import { encodeText } from '../../contract/generate-request.ts'
import type * as wire from '../../contract/wire-types.ts'
import type { Embeddings, EmbedRequest, TextPrompt } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import { boundTime } from './bound-time.ts'
import type { WorkerClient } from './worker-client.ts'

/** A large batch on a slow machine; a worker that is stuck is lost much earlier. */
const embedTimeoutMs = 600_000

export async function embed(
  client: WorkerClient,
  model: string,
  { inputs, dimensions, deadline }: EmbedRequest,
  signal: AbortSignal,
): Promise<Embeddings> {
  const request: wire.EmbedRequest = {
    context: { model },
    inputs: inputs.map(encodeInput),
    ...(dimensions !== undefined && { dimensions }),
  }
  const { embeddings = [], usage } = await client.unary(
    inferenceService.Embed,
    request,
    boundTime(embedTimeoutMs, deadline),
    signal,
  )
  if (embeddings.length !== inputs.length) {
    throw new AppError(
      'engine_failed',
      `worker ${client.name} gave ${embeddings.length} embeddings for ${inputs.length} inputs`,
    )
  }
  return { vectors: embeddings.map(decodeVector), promptTokens: usage?.promptTokens ?? 0 }
}

const encodeInput = (input: TextPrompt): wire.EmbedInput =>
  input.kind === 'text' ? { text: encodeText(input.text) } : { tokenIds: { ids: input.tokens } }

/** Little endian on the wire, whatever this machine is; a message's bytes are not aligned for floats. */
function decodeVector({ f32le = new Uint8Array() }: wire.Embedding): Float32Array {
  const view = new DataView(f32le.buffer, f32le.byteOffset, f32le.byteLength)
  return Float32Array.from({ length: f32le.byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true))
}
