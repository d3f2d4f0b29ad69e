import type { Protocol } from '../protocol.ts'
import { chat } from './chat/route.ts'
import { completions } from './completions/route.ts'
import { embeddings } from './embeddings/route.ts'
import { encodeError } from './encode-error.ts'
import { listModels, retrieveModel } from './models/route.ts'

export const openai: Protocol = {
  name: 'openai',
  usesModels: true,
  routes: [chat, completions, embeddings, listModels, retrieveModel],
  encodeError,
  // openai-node and openai-python both throw on `data.error`.
  encodeStreamError: (error) => ({ data: JSON.stringify(encodeError(error)) }),
}
