import * as Flags from '@oclif/core/flags'

/** What each request of `bench` asks for. */
export const requestFlags = {
  'min-tokens': Flags.integer({ helpGroup: 'REQUESTS', min: 1, helpValue: 'N', description: 'shortest answer (min_tokens, an extension of vLLM, SGLang and sluice)' }),
  'max-tokens': Flags.integer({ helpGroup: 'REQUESTS', helpValue: 'N', min: 1, description: 'longest answer; default 128, or what the prompt file says' }),
  stream: Flags.boolean({ aliases: ['streaming'], allowNo: true, default: true, helpGroup: 'REQUESTS', description: 'stream the answers; TTFT and ITL need it' }),
  temperature: Flags.string({ helpGroup: 'REQUESTS', helpValue: 'T', description: 'sampling temperature' }),
  seed: Flags.integer({ aliases: ['random-seed'], min: 0, helpGroup: 'REQUESTS', helpValue: 'N', description: 'sampling seed; also fixes the schedule and where the built-in prompts begin' }),
  'ignore-eos': Flags.boolean({ default: false, helpGroup: 'REQUESTS', description: 'ask for full-length answers (an extension; not every server has it)' }),
} // prettier-ignore
