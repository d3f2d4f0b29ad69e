import { Template } from '@huggingface/jinja'
import type { Message } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'

export type ChatTemplate = { render(messages: readonly Message[]): string }

export type ChatTemplateOptions = { source: string; bosToken: string; eosToken: string }

/**
 * The model's own template, as in the GGUF. Its output is tokenized with control tokens recognised, as
 * llama-server does it, so a message that spells one out (`<|im_end|>`) is read as that token: a chat
 * template is a format, not a security boundary between the people who write the messages.
 */
export function createChatTemplate({ source, bosToken, eosToken }: ChatTemplateOptions): ChatTemplate {
  const template = compile(source)
  return {
    render(messages) {
      try {
        return template.render({
          messages: messages.map(encodeMessage),
          add_generation_prompt: true,
          bos_token: bosToken,
          eos_token: eosToken,
        })
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause)
        throw new AppError('invalid_request', `the model's chat template refuses these messages: ${reason}`, {
          param: 'messages',
          cause,
        })
      }
    },
  }
}

function compile(source: string): Template {
  try {
    return new Template(source)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError(
      'invalid_model',
      `the model's chat template cannot be read: ${reason}; use /v1/completions`,
      {
        cause,
      },
    )
  }
}

/** The shape that templates expect, which is OpenAI's with the arguments as an object. */
const encodeMessage = ({ role, text, name, toolCalls, toolCallId }: Message): object => ({
  role,
  content: text,
  ...(name !== undefined && { name }),
  ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  ...(toolCalls !== undefined && {
    tool_calls: toolCalls.map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: decodeArguments(call.argumentsJson) },
    })),
  }),
})

/** Models do write broken JSON; the template then gets what they wrote. */
function decodeArguments(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
