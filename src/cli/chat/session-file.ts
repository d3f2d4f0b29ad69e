import { z } from 'zod'
import type { ChatOptions } from './completer.ts'
import { type Conversation, titleOf } from './conversation.ts'

const options = z.strictObject({
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  top_k: z.number().optional(),
  min_p: z.number().optional(),
  seed: z.number().optional(),
  max_tokens: z.number().optional(),
  stop: z.array(z.string()).optional(),
  presence_penalty: z.number().optional(),
  frequency_penalty: z.number().optional(),
  repetition_penalty: z.number().optional(),
}) satisfies z.ZodType<{ [Name in keyof ChatOptions]?: ChatOptions[Name] | undefined }>

const sessionFile = z.object({
  version: z.literal(1),
  title: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  model: z.string().min(1),
  system: z.string().optional(),
  settings: options,
  messages: z.array(
    z.strictObject({
      role: z.enum(['user', 'assistant']),
      content: z.string(),
      stopped: z.literal(true).optional(),
    }),
  ),
})

/** JSON for people too: it may be read, searched and kept. */
export const encodeSession = (conversation: Conversation, now: Date): string => {
  const file: z.input<typeof sessionFile> = {
    version: 1,
    title: titleOf(conversation),
    created_at: conversation.createdAt,
    updated_at: now.toISOString(),
    model: conversation.model,
    system: conversation.system,
    settings: conversation.options,
    messages: conversation.turns,
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Throws when `text` is not a session; the message says where. */
export const decodeSession = (text: string, id: string): Conversation => {
  const result = sessionFile.safeParse(JSON.parse(text))
  if (!result.success) {
    const issue = result.error.issues[0]
    throw new TypeError(`${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'not a session'}`)
  }
  const { created_at, model, system, settings, messages } = result.data
  return { id, createdAt: created_at, model, system, options: definedOnly(settings), turns: messages }
}

/** Absent and undefined are the same in the file; only absent is in the types. */
function definedOnly(settings: z.output<typeof options>): ChatOptions {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}
