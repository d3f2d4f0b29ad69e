import { defineRoute } from '../../protocol.ts'
import { embeddingsRequest } from './schema.ts'

export const embeddings = defineRoute({
  method: 'POST',
  path: '/v1/embeddings',
  body: embeddingsRequest,
  async handle(body, context) {
    const request = { inputs: body.input, dimensions: body.dimensions ?? undefined }
    const { model, vectors, promptTokens } = await context.embed(body.model, request)
    const encode = body.encoding_format === 'base64' ? encodeBase64 : encodeNumbers
    const data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) }))
    const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens }
    return { json: { object: 'list', model, data, usage } }
  },
})

const encodeNumbers = (vector: Float32Array) => [...vector]

/** Little endian 32-bit floats, as every machine that runs this keeps them. */
const encodeBase64 = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')
