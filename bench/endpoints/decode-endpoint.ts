import { AppError } from '../../src/errors.ts'
import { endpointNames, endpoints, type EndpointName } from './registry.ts'

/** What other tools call them: vLLM's and SGLang's backends, AIPerf's endpoint types, vendors. */
const aliases = new Map<string, EndpointName>(
  Object.entries({
    'openai-chat': 'chat',
    'chat-completions': 'chat',
    'sglang-oai-chat': 'chat',
    openai: 'completions',
    vllm: 'completions',
    'openai-completions': 'completions',
    'sglang-oai': 'completions',
    'openai-embeddings': 'embeddings',
    'openai-responses': 'responses',
    anthropic: 'messages',
    'anthropic-messages': 'messages',
    ollama: 'ollama-chat',
  } as const),
)

/** Takes our name, another tool's name for it, or the path itself as vLLM's `--endpoint` does. */
export const decodeEndpoint = (text: string): EndpointName => {
  const wanted = text.trim().toLowerCase()
  const path = wanted.replace(/^\/v1(?=\/)/, '')
  const found = endpointNames.find((name) => name === wanted || endpoints[name].path === path)
  const name = found ?? aliases.get(wanted)
  if (name !== undefined) return name
  throw new AppError(
    'invalid_request',
    `--endpoint "${text}" is not known; expected ${endpointNames.join(', ')}, a path such as /v1/chat/completions, or another tool's name (${[...aliases.keys()].join(', ')})`,
    { param: 'endpoint' },
  )
}
