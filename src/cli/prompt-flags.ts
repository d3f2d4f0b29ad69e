import * as Flags from '@oclif/core/flags'

const group = { helpGroup: 'PROMPTS' }
const load = { helpGroup: 'LOAD' }

/** What `bench` sends, and in which order. Read by `bench/prompts/decode-prompt-source.ts` and `bench/load`. */
export const promptFlags = {
  prompt: Flags.string({ ...group, exclusive: ['prompts'], helpValue: 'TEXT', description: 'send this each time; default: a built-in set, no two alike' }),
  prompts: Flags.string({ ...group, helpValue: 'FILE.jsonl', description: 'lines of {"prompt": ...}, {"messages": [...]} or whole request bodies' }),
  dataset: Flags.string({ ...group, aliases: ['dataset-name'], helpValue: 'NAME', description: 'random, prefix-repetition, sharegpt or custom (the latter two with --dataset-path)' }),
  'dataset-path': Flags.string({ ...group, aliases: ['input-file'], helpValue: 'FILE', description: 'file of the dataset' }),
  'input-len': Flags.integer({ ...group, aliases: ['isl', 'random-input-len', 'synthetic-input-tokens-mean', 'prefix-repetition-suffix-len'], min: 1, max: 1_000_000, helpValue: 'TOKENS', description: 'prompt length of random prompts, by the server\'s own count; default 1024' }),
  'output-len': Flags.integer({ ...group, aliases: ['osl', 'random-output-len', 'output-tokens-mean', 'sharegpt-output-len', 'prefix-repetition-output-len'], min: 1, max: 1_000_000, helpValue: 'TOKENS', description: 'longest answer to random and ShareGPT prompts; default 128, or as in the file. With --ignore-eos its length' }),
  'range-ratio': Flags.string({ ...group, aliases: ['random-range-ratio'], helpValue: '0..1', description: 'spread both lengths by this share to either side' }),
  'prefix-len': Flags.integer({ ...group, aliases: ['random-prefix-len', 'prefix-repetition-prefix-len', 'prefix-prompt-length'], min: 0, max: 1_000_000, helpValue: 'TOKENS', description: 'shared beginning of random prompts, before --input-len' }),
  'num-prefixes': Flags.integer({ ...group, aliases: ['prefix-repetition-num-prefixes', 'num-prefix-prompts'], min: 1, max: 100_000, helpValue: 'N', description: 'how many different beginnings; default 1, or 10 with prefix-repetition' }),
  trace: Flags.string({ ...load, exclusive: ['prompt', 'prompts', 'dataset', 'request-rate', 'arrival', 'burstiness', 'ramp-up', 'turns', 'input-len', 'output-len', 'range-ratio', 'prefix-len', 'num-prefixes'], helpValue: 'FILE.jsonl', description: 'replay requests at their times: lines of {"timestamp": ms, "input_length", "output_length", "hash_ids"} (Mooncake) or with a prompt' }),
  'trace-speed': Flags.string({ ...load, aliases: ['time-scale'], dependsOn: ['trace'], helpValue: 'N', description: '2 replays a trace twice as fast' }),
  turns: Flags.integer({ ...load, min: 1, max: 1000, helpValue: 'N', description: 'sessions of so many turns; each sends the history with the server\'s own answers' }),
  'think-time': Flags.string({ ...load, dependsOn: ['turns'], helpValue: '2s|1s-5s', description: 'pause before each further turn; a range is drawn from' }),
  'cancel-rate': Flags.string({ ...load, aliases: ['request-cancellation-rate'], helpValue: '10%', description: 'cancel this share of the requests; they are counted apart, not as failures' }),
  'cancel-after': Flags.string({ ...load, dependsOn: ['cancel-rate'], helpValue: '500ms|1s-3s|8|1-16', description: 'when: a time, or a count of output events; a range is drawn from. Default 1-16 events, or 0.1s-1s without streaming' }),
  'min-tokens': Flags.integer({ ...group, min: 1, helpValue: 'N', description: 'shortest answer (min_tokens, an extension of vLLM and SGLang)' }),
  'max-tokens': Flags.integer({ helpGroup: 'REQUESTS', helpValue: 'N', min: 1, description: 'longest answer; default 128, or what the prompt file says' }),
  stream: Flags.boolean({ allowNo: true, default: true, helpGroup: 'REQUESTS', description: 'stream the answers; TTFT and ITL need it' }),
  temperature: Flags.string({ helpGroup: 'REQUESTS', helpValue: 'T', description: 'sampling temperature' }),
  seed: Flags.integer({ aliases: ['random-seed'], min: 0, helpGroup: 'REQUESTS', helpValue: 'N', description: 'sampling seed; also fixes the schedule and where the built-in prompts begin' }),
  'ignore-eos': Flags.boolean({ default: false, helpGroup: 'REQUESTS', description: 'ask for full-length answers (an extension; not every server has it)' }),
} // prettier-ignore
