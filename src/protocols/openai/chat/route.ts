import { defineRoute } from '../../protocol.ts'
import { createAnswerHeader } from '../answer-header.ts'
import { answerStream } from '../answer-stream.ts'
import { collectChoice } from '../collect-choice.ts'
import { decodeChat } from './decode.ts'
import { createChatWriter, encodeChat } from './encode.ts'
import { requestTier } from '../service-tier.ts'
import { chatRequest } from './schema.ts'

const whole = { prefix: 'chatcmpl', object: 'chat.completion' } as const

export const chat = defineRoute({
  method: 'POST',
  path: '/v1/chat/completions',
  body: chatRequest,
  async handle(body, context) {
    const count = body.n ?? 1
    const tier = requestTier(body, context)
    const begin = () => context.generate(body.model, [decodeChat(body)], count)
    if (body.stream === true) {
      const includeUsage = body.stream_options?.include_usage === true
      const kind = { prefix: 'chatcmpl', object: 'chat.completion.chunk' } as const
      const stream = answerStream(begin, {
        choicesPerPrompt: count,
        includeUsage,
        createWriter: (generation) =>
          createChatWriter(createAnswerHeader(kind, context, generation, tier), includeUsage),
      })
      return { stream }
    }
    const generation = await begin()
    const answers = await Promise.all(generation.choices.map(collectChoice))
    const header = createAnswerHeader(whole, context, generation, tier)
    return { json: encodeChat(header, answers, generation.queueMs) }
  },
})
