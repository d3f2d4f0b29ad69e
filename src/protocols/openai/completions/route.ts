import { defineRoute, type Generation, type RouteContext } from '../../protocol.ts'
import { createAnswerHeader } from '../answer-header.ts'
import { answerStream } from '../answer-stream.ts'
import { collectChoice } from '../collect-choice.ts'
import { decodeCompletion } from './decode.ts'
import { createCompletionWriter, encodeCompletion } from './encode.ts'
import { requestTier } from '../service-tier.ts'
import { completionRequest, type CompletionRequest } from './schema.ts'

const kind = { prefix: 'cmpl', object: 'text_completion' } as const

export const completions = defineRoute({
  method: 'POST',
  path: '/v1/completions',
  body: completionRequest,
  async handle(body, context) {
    const choicesPerPrompt = body.n ?? 1
    requestTier(body, context)
    const begin = () => context.generate(body.model, decodeCompletion(body), choicesPerPrompt)
    return body.stream === true ? streamed(body, context, begin) : whole(body, context, await begin())
  },
})

function streamed(body: CompletionRequest, context: RouteContext, begin: () => Promise<Generation>) {
  const choicesPerPrompt = body.n ?? 1
  const includeUsage = body.stream_options?.include_usage === true
  const stream = answerStream(begin, {
    choicesPerPrompt,
    includeUsage,
    async createWriter(generation) {
      const echoes = await resolveEchoes(body, generation)
      const header = createAnswerHeader(kind, context, generation)
      return createCompletionWriter(header, { choicesPerPrompt, echoes }, includeUsage)
    },
  })
  return { stream }
}

async function whole(body: CompletionRequest, context: RouteContext, generation: Generation) {
  const shape = { choicesPerPrompt: body.n ?? 1, echoes: await resolveEchoes(body, generation) }
  const answers = await Promise.all(generation.choices.map(collectChoice))
  const header = createAnswerHeader(kind, context, generation)
  return { json: encodeCompletion(header, answers, shape, generation.queueMs) }
}

/** The prompts as text, where `echo` asks for them. */
async function resolveEchoes(body: CompletionRequest, generation: Generation): Promise<string[]> {
  if (body.echo !== true) return []
  return Promise.all(
    body.prompt.map((prompt) =>
      prompt.kind === 'text' ? Promise.resolve(prompt.text) : generation.detokenize(prompt.tokens),
    ),
  )
}
