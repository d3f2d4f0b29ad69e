import * as Flags from '@oclif/core/flags'
import { endpointNames } from '../endpoints/registry.ts'

/** Which server and which of its APIs `bench` measures. */
export const targetFlags = {
  url: Flags.string({ char: 'u', aliases: ['base-url', 'target'], helpGroup: 'TARGET', helpValue: 'URL', description: 'server, e.g. http://127.0.0.1:8080/v1; default: the local daemon' }),
  model: Flags.string({ char: 'm', helpGroup: 'TARGET', helpValue: 'NAME', description: 'model name; default: the first that the server lists' }),
  'api-key': Flags.string({ helpGroup: 'TARGET', helpValue: 'KEY', description: 'key of the server; default: SLUICE_API_KEY, then OPENAI_API_KEY or, for messages, ANTHROPIC_API_KEY (only with --url)' }),
  endpoint: Flags.string({ helpGroup: 'TARGET', helpValue: 'NAME|/PATH', description: `which API is called: ${endpointNames.join(', ')}; default chat. Other tools’ names and paths too` }),
  backend: Flags.string({ aliases: ['endpoint-type'], helpGroup: 'TARGET', helpValue: 'NAME', description: '--endpoint in the words of vLLM, SGLang and AIPerf: vllm, openai-chat, embeddings, ...' }),
  host: Flags.string({ helpGroup: 'TARGET', hidden: true, description: 'as in vLLM: the server, without --url' }),
  port: Flags.integer({ helpGroup: 'TARGET', hidden: true, min: 1, max: 65_535 }),
  'served-model-name': Flags.string({ helpGroup: 'TARGET', helpValue: 'NAME', description: 'model name to send, where --model names the model otherwise' }),
  'ready-timeout': Flags.string({ aliases: ['ready-check-timeout-sec'], helpGroup: 'TARGET', helpValue: '60s', description: 'wait up to this long until the server answers a request of one token; default: do not wait' }),
} // prettier-ignore
