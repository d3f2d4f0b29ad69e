import { AppError } from '../../src/errors.ts'
import { endpointNames, endpoints, type EndpointName } from './registry.ts'

/** What other tools call them: vLLM's and SGLang's backends, AIPerf's endpoint types, vendors. */
const aliases = new Map<string, EndpointName>(
  Object.entries({
    'openai-chat': 'chat',
    'chat-completions': 'chat',
    'sglang-oai-chat': 'chat',
    'vllm-chat': 'chat',
    'lmdeploy-chat': 'chat',
    lmdeploy: 'completions',
    'text-completions': 'completions',
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
export const decodeEndpoint = (text: string, flag = 'endpoint'): EndpointName => {
  const wanted = text.trim().toLowerCase()
  const found = endpointNames.find((name) => name === wanted) ?? findByPath(wanted)
  const name = found ?? aliases.get(wanted)
  if (name !== undefined) return name
  throw new AppError(
    'invalid_request',
    `--${flag} "${text}" is not known; expected ${endpointNames.join(', ')}, a path such as /v1/chat/completions, or another tool's name (${[...aliases.keys()].join(', ')})`,
    { param: flag },
  )
}

/** Whatever a server has its API below, `/v1` or `/openai/v1`: the longest path that ends it is meant. */
const findByPath = (wanted: string): EndpointName | undefined =>
  wanted.startsWith('/')
    ? endpointNames
        .filter((name) => wanted.endsWith(endpoints[name].path))
        .toSorted((left, right) => endpoints[right].path.length - endpoints[left].path.length)[0]
    : undefined
