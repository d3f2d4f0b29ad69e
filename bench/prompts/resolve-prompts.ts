import { randomBytes, randomInt } from 'node:crypto'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { PromptSource } from '../options.ts'
import { readPromptFile } from './prompt-file.ts'
import { createBuiltInPrompts, createListedPrompts, type Prompt, type Prompts } from './prompts.ts'

/** Reads and checks all prompts before the first request: a bad line must not end a long run. */
export const resolvePrompts = async (
  source: PromptSource,
  endpoint: Endpoint,
  seed: number = randomInt(2 ** 31),
  nonce: string = randomBytes(3).toString('hex'),
): Promise<Prompts> => {
  const builtIn = createBuiltInPrompts(seed, nonce)
  if (source.kind === 'built-in') return builtIn
  const list: Prompt[] =
    source.kind === 'text'
      ? [{ where: '--prompt', text: source.text, extra: {} }]
      : await readPromptFile(source.path)
  for (const prompt of list) endpoint.encodeBody(prompt, checkSettings)
  return createListedPrompts(source.kind, list, builtIn)
}

/** The body is thrown away; only whether the endpoint can express the prompt matters. */
const checkSettings = {
  model: '',
  stream: false,
  includeUsage: false,
  ignoreEos: false,
  maxTokens: undefined,
  temperature: undefined,
  seed: undefined,
}
