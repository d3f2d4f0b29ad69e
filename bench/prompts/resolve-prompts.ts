import { randomBytes, randomInt } from 'node:crypto'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { PromptSource } from '../options.ts'
import { readPromptFile } from './prompt-file.ts'
import { createBuiltInPrompts, createListedPrompts, type Prompts } from './prompts.ts'
import type { Prompt } from './prompt.ts'
import { createRandomPrompts } from './random-prompts.ts'
import { createShareGptPrompts } from './sharegpt-prompts.ts'
import { readShareGpt } from './sharegpt.ts'
import { readTrace } from './trace-file.ts'
import { createTracePrompts } from './trace-prompts.ts'

/** Reads and checks all prompts before the first request: a bad line must not end a long run. */
export const resolvePrompts = async (
  source: PromptSource,
  endpoint: Endpoint,
  seed: number = randomInt(2 ** 31),
  nonce: string = randomBytes(3).toString('hex'),
): Promise<Prompts> => {
  const builtIn = createBuiltInPrompts(seed, nonce)
  switch (source.kind) {
    case 'built-in':
      return builtIn
    case 'text':
      return list('text', [{ where: '--prompt', text: source.text, extra: {} }], endpoint, builtIn)
    case 'file':
      return list('file', await readPromptFile(source.path), endpoint, builtIn)
    case 'random':
      return createRandomPrompts(source, seed, nonce)
    case 'sharegpt':
      return createShareGptPrompts(await readShareGpt(source.path), source, builtIn)
    case 'trace': {
      const entries = await readTrace(source.path)
      check(
        entries.flatMap(({ prompt }) => prompt ?? []),
        endpoint,
      )
      return createTracePrompts(entries, source, builtIn)
    }
  }
}

const list = (source: 'text' | 'file', prompts: Prompt[], endpoint: Endpoint, builtIn: Prompts): Prompts => {
  check(prompts, endpoint)
  return createListedPrompts(source, prompts, builtIn)
}

/** The body is thrown away; only whether the endpoint can express the prompt matters. */
const check = (prompts: Prompt[], endpoint: Endpoint): void => {
  for (const prompt of prompts) endpoint.encodeBody(prompt, checkSettings)
}

const checkSettings = {
  model: '',
  stream: false,
  includeUsage: false,
  ignoreEos: false,
  maxTokens: undefined,
  temperature: undefined,
  seed: undefined,
}
