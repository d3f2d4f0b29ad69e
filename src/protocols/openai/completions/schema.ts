import { z } from 'zod'
import { checkTogether, labels, sharedParameters } from '../parameters.ts'
import { only, refuse } from '../refuse.ts'
import { priorityParameters } from '../service-tier.ts'
import { prompts } from './prompt-schema.ts'

/** Choices of one request, over all its prompts. */
const mostChoices = 1024

/** Every parameter of OpenAI's endpoint, as of openai-node 7.55. */
export const completionRequest = z
  .strictObject({
    ...sharedParameters,
    ...labels,
    priority: priorityParameters.priority,
    prompt: prompts,
    echo: z.boolean().nullish(),
    best_of: z.int().min(1).max(128).nullish(),
    suffix: refuse(only(''), 'text cannot be inserted before a suffix here; leave it out'),
    logprobs: refuse(only(false), 'log probabilities are not available; leave it out'),
  })
  .superRefine((body, context) => {
    checkTogether(body, context)
    const count = body.n ?? 1
    const fail = (path: string, message: string, params?: object) =>
      context.addIssue({ code: 'custom', path: [path], message, ...(params && { params }) })
    if (body.best_of != null && body.best_of !== count) {
      fail('best_of', 'answers are not ranked here; leave it out, or ask for all of them with n', {
        unsupported: true,
      })
    }
    if (body.prompt.length * count > mostChoices) {
      fail(
        'n',
        `${body.prompt.length} prompts with ${count} choices each are more than ${mostChoices}; send fewer`,
      )
    }
  })
export type CompletionRequest = z.output<typeof completionRequest>
