import { z } from 'zod'
import { checkTogether, labels, never, sharedParameters } from '../parameters.ts'
import { priorityParameters } from '../service-tier.ts'
import { always, empty, only, refuse } from '../refuse.ts'
import { message } from './message-schema.ts'

const noTools = 'this server cannot give tools to a model yet; leave it out'

/** Every parameter of OpenAI's endpoint, as of openai-node 7.55. */
export const chatRequest = z
  .strictObject({
    ...sharedParameters,
    ...labels,
    ...priorityParameters,
    messages: z.array(message).min(1).max(16_384),
    max_completion_tokens: z
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .nullish(),
    logprobs: refuse(only(false), 'log probabilities are not available; leave it out or send false'),
    top_logprobs: refuse(only(0), 'log probabilities are not available; leave it out'),
    response_format: refuse(
      (value) => (value as { type?: unknown }).type === 'text',
      'only {"type":"text"} is available; ask for JSON in the prompt instead',
    ),
    tools: refuse(empty, noTools),
    tool_choice: refuse(only('none', 'auto'), noTools),
    // Says how tools may be called; without tools it asks for nothing.
    parallel_tool_calls: z.boolean().nullish(),
    functions: refuse(empty, noTools),
    function_call: refuse(only('none', 'auto'), noTools),
    store: refuse(only(false), 'nothing is stored here; leave it out or send false'),
    modalities: refuse(
      (value) => Array.isArray(value) && value.every((modality) => modality === 'text'),
      'this model writes text only; leave it out or send ["text"]',
    ),
    audio: refuse(always, 'this model writes text only; leave it out'),
    prediction: never,
    reasoning_effort: refuse(only('none'), 'this model has no reasoning levels; leave it out'),
    verbosity: refuse(
      only('medium'),
      'this model has no verbosity levels; leave it out and say so in the prompt',
    ),
    web_search_options: never,
    moderation: never,
    prompt_cache_options: refuse(empty, 'the cache of prompts has no options; leave it out'),
    prompt_cache_retention: refuse(only('in_memory'), 'prompts are cached in memory only; leave it out'),
  })
  .superRefine((body, context) => {
    checkTogether(body, context)
    const { max_tokens: old, max_completion_tokens: current } = body
    if (old != null && current != null && old !== current) {
      const text = `is ${old}, but max_completion_tokens is ${current}; send one of them`
      context.addIssue({ code: 'custom', path: ['max_tokens'], message: text })
    }
  })
export type ChatRequest = z.output<typeof chatRequest>
