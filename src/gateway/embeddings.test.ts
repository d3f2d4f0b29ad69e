import { expect, test } from 'vitest'
import { openGateway } from './open-gateway.test-kit.ts'

const vectors = [Float32Array.from([0.6, -0.8]), Float32Array.from([1, 0])]

function ask(payload: object, makes = true) {
  const gateway = openGateway()
  if (makes)
    gateway.engine.embed = async ({ inputs, dimensions }) => ({
      vectors: inputs.map((_, index) => vectors[index]!.slice(0, dimensions)),
      promptTokens: inputs.length * 3,
    })
  const body = { model: 'tiny', ...payload }
  return gateway.app.inject({ method: 'POST', url: '/v1/embeddings', payload: body })
}

test('one vector per input, in order, as numbers or as base64', async () => {
  const plain = (await ask({ input: ['a', 'b'] })).json()
  expect(plain).toMatchObject({
    object: 'list',
    model: 'tiny',
    data: [
      { object: 'embedding', index: 0 },
      { object: 'embedding', index: 1, embedding: [1, 0] },
    ],
    usage: { prompt_tokens: 6, total_tokens: 6 },
  })
  const packed = (await ask({ input: 'a', encoding_format: 'base64' })).json() as {
    data: { embedding: string }[]
  }
  const bytes = Buffer.from(packed.data[0]!.embedding, 'base64')
  expect(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 8))).toEqual(vectors[0])
})

test('dimensions reach the engine', async () => {
  const { data } = (await ask({ input: [[1, 2]], dimensions: 1 })).json() as {
    data: { embedding: number[] }[]
  }
  expect(data[0]!.embedding).toHaveLength(1)
})

test('a model without embeddings, an empty input and an unknown parameter are refused by name', async () => {
  const without = await ask({ input: 'a' }, false)
  expect(without.statusCode).toBe(400)
  expect(without.json()).toMatchObject({ error: { param: 'model' } })
  expect((await ask({ input: [] })).json()).toMatchObject({ error: { param: 'input' } })
  expect((await ask({ input: 'a', pooling: 'cls' })).json()).toMatchObject({ error: { param: 'pooling' } })
})
