import * as Flags from '@oclif/core/flags'

const group = { helpGroup: 'PROMPTS' }

/** Where the prompts of `bench` come from. */
export const promptFlags = {
  prompt: Flags.string({ ...group, exclusive: ['prompts'], helpValue: 'TEXT', description: 'send this each time; default: a built-in set, no two alike' }),
  prompts: Flags.string({ ...group, helpValue: 'FILE.jsonl', description: 'lines of {"prompt": ...}, {"messages": [...]} or whole request bodies' }),
  dataset: Flags.string({ ...group, aliases: ['dataset-name'], helpValue: 'NAME', description: 'random, prefix-repetition, sharegpt or custom (the latter two with --dataset-path)' }),
  'dataset-path': Flags.string({ ...group, aliases: ['input-file'], helpValue: 'FILE', description: 'file of the dataset' }),
  'input-len': Flags.integer({ ...group, aliases: ['isl', 'random-input-len', 'random-input', 'synthetic-input-tokens-mean', 'prefix-repetition-suffix-len'], min: 1, max: 1_000_000, helpValue: 'TOKENS', description: 'prompt length of random prompts, by the server\'s own count; default 1024' }),
  'output-len': Flags.integer({ ...group, aliases: ['osl', 'random-output-len', 'random-output', 'output-tokens-mean', 'sharegpt-output-len', 'prefix-repetition-output-len'], min: 1, max: 1_000_000, helpValue: 'TOKENS', description: 'longest answer to random and ShareGPT prompts; default 128, or as in the file. With --ignore-eos its length' }),
  'range-ratio': Flags.string({ ...group, aliases: ['random-range-ratio'], helpValue: '0..1', description: 'spread --input-len and --output-len by this share to either side' }),
  'prefix-len': Flags.integer({ ...group, aliases: ['random-prefix-len', 'prefix-repetition-prefix-len', 'prefix-prompt-length'], min: 0, max: 1_000_000, helpValue: 'TOKENS', description: 'shared beginning of random prompts, before --input-len' }),
  'num-prefixes': Flags.integer({ ...group, aliases: ['prefix-repetition-num-prefixes', 'num-prefix-prompts'], min: 1, max: 100_000, helpValue: 'N', description: 'how many different beginnings of --prefix-len; default 1, or 10 with prefix-repetition' }),
} // prettier-ignore
