import { z } from 'zod'
import { unsupported } from '../../parse-body.ts'
import { always, refuse } from '../refuse.ts'

const partNames: Record<string, string> = {
  image_url: 'an image',
  input_audio: 'audio',
  file: 'a file',
}

/** A part becomes its text. */
const part = z.looseObject({ type: z.string().max(64) }).transform((value, context) => {
  const { type } = value
  const text = value[type]
  if (type !== 'text' && type !== 'refusal') {
    const name = partNames[type] ?? `a part of type ${JSON.stringify(type)}`
    const message = `${name} cannot be used: this model takes text only; send parts of type "text"`
    context.addIssue({ code: 'custom', message, params: unsupported })
    return z.NEVER
  }
  if (typeof text !== 'string') {
    context.addIssue({ code: 'custom', path: [type], message: 'must be a string' })
    return z.NEVER
  }
  return text
})

/** Joined by line breaks, as llama-server and vLLM do. */
const content = z.union([
  z.string(),
  z
    .array(part)
    .max(4096)
    .transform((parts) => parts.join('\n')),
])

const toolCall = z.strictObject({
  id: z.string().min(1).max(256),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1).max(256), arguments: z.string() }),
})

const name = z.string().max(256).nullish()

const plainMessage = (role: 'system' | 'developer' | 'user') =>
  z.strictObject({ role: z.literal(role), content, name })

const assistantMessage = z
  .strictObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    refusal: z.string().nullish(),
    name,
    tool_calls: z.array(toolCall).max(128).nullish(),
    audio: refuse(always, 'this model takes text only; leave it out'),
    function_call: refuse(always, 'use tool_calls'),
  })
  .superRefine((message, context) => {
    if (message.content != null || message.refusal != null || message.tool_calls?.length) return
    context.addIssue({
      code: 'custom',
      path: ['content'],
      message: 'is required where there are no tool_calls',
    })
  })

const toolMessage = z.strictObject({
  role: z.literal('tool'),
  content,
  tool_call_id: z.string().min(1).max(256),
  name,
})

export const message = z.discriminatedUnion(
  'role',
  [plainMessage('system'), plainMessage('developer'), plainMessage('user'), assistantMessage, toolMessage],
  { error: 'must be "system", "developer", "user", "assistant" or "tool"' },
)
export type WireMessage = z.output<typeof message>
