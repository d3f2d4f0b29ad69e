import type { GenerateRequest, Message } from '../../../engine/types.ts'
import { decodeSampling } from '../decode-sampling.ts'
import type { WireMessage } from './message-schema.ts'
import type { ChatRequest } from './schema.ts'

/** OpenAI wire -> our words. Pure: no clock, no network, no defaults from config. */
export function decodeChat(wire: ChatRequest): GenerateRequest {
  const maxTokens = wire.max_completion_tokens ?? wire.max_tokens
  return {
    prompt: { kind: 'chat', messages: wire.messages.map(decodeMessage) },
    ...decodeSampling(wire),
    ...(maxTokens != null && { maxTokens }),
  }
}

function decodeMessage(wire: WireMessage): Message {
  const named = wire.name != null && { name: wire.name }
  switch (wire.role) {
    case 'assistant': {
      const calls = wire.tool_calls ?? []
      const toolCalls = calls.map((call) => ({
        id: call.id,
        name: call.function.name,
        argumentsJson: call.function.arguments,
      }))
      const text = wire.content ?? wire.refusal ?? ''
      return { role: 'assistant', text, ...named, ...(toolCalls.length > 0 && { toolCalls }) }
    }
    case 'tool':
      return { role: 'tool', text: wire.content, ...named, toolCallId: wire.tool_call_id }
    case 'developer':
      return { role: 'system', text: wire.content, ...named }
    case 'system':
    case 'user':
      return { role: wire.role, text: wire.content, ...named }
  }
}
