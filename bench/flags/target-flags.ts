import * as Flags from '@oclif/core/flags'
import { endpointNames } from '../endpoints/registry.ts'

/** Which server and which of its APIs `bench` measures. */
export const targetFlags = {
  url: Flags.string({ aliases: ['base-url'], helpGroup: 'TARGET', helpValue: 'URL', description: 'server, e.g. http://127.0.0.1:8080/v1; default: the local daemon' }),
  model: Flags.string({ helpGroup: 'TARGET', helpValue: 'NAME', description: 'model name; default: the first that the server lists' }),
  'api-key': Flags.string({ helpGroup: 'TARGET', helpValue: 'KEY', description: 'key of the server; default: SLUICE_API_KEY, then OPENAI_API_KEY or, for messages, ANTHROPIC_API_KEY (only with --url)' }),
  endpoint: Flags.string({ aliases: ['backend', 'endpoint-type'], helpGroup: 'TARGET', helpValue: 'NAME', default: 'chat', description: `which API is called: ${endpointNames.join(', ')}; other tools’ names and paths too` }),
} // prettier-ignore
