import { z } from 'zod'

export const parallel = z.int().min(1).max(256)
export const contextLength = z.int().min(16).max(10_000_000)
export const threads = z.int().min(1).max(1024)
export const isolation = z.enum(['process', 'in-process'])

export const modelName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][\w.:-]*(\/[A-Za-z0-9][\w.:-]*)*$/, 'use letters, digits, ".", "_", "-", ":" and "/"')

export const modelSchema = z.strictObject({
  name: modelName.describe('the name that requests use'),
  source: z.string().min(1).optional().describe('GGUF file; default: the pulled model of that name'),
  engine: z.enum(['llama-cpp', 'fake']).default('llama-cpp').describe('what runs it'),
  isolation: isolation.optional().describe('where it runs; default: as for all'),
  replicas: z.int().min(1).max(64).default(1).describe('how many engine hosts run it'),
  aliases: z.array(modelName).max(32).default([]).describe('other names for it'),
  parallel: parallel.optional().describe('slots: requests generated at the same time'),
  context_length: contextLength.optional().describe('tokens per slot, prompt and answer together'),
  threads: threads.optional().describe('CPU threads for this model'),
})
