import { expect, test } from 'vitest'
import type { Message } from '../../engine/types.ts'
import { createChatTemplate } from './chat-template.ts'

const create = (source: string) => createChatTemplate({ source, bosToken: '<s>', eosToken: '</s>' })
const user: Message = { role: 'user', text: 'hi' }

test('gets messages, tokens and the request to answer', () => {
  const template = create(
    '{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{{ eos_token }}{% endfor %}' +
      '{% if add_generation_prompt %}[assistant]{% endif %}{% if tools is defined %}tools{% endif %}',
  )
  expect(template.render([{ role: 'system', text: 'be kind' }, user])).toBe(
    '<s>[system]be kind</s>[user]hi</s>[assistant]',
  )
})

test('tool calls have their arguments as an object, broken ones as they are', () => {
  const template = create(
    '{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.id }} {{ c.function.name }} ' +
      '{{ c.function.arguments.city or c.function.arguments }};{% endfor %}{{ m.tool_call_id or "" }}{% endfor %}',
  )
  const call = (argumentsJson: string) => ({ id: 'c1', name: 'weather', argumentsJson })
  const assistant: Message = {
    role: 'assistant',
    text: '',
    toolCalls: [call('{"city":"Rome"}'), call('{"city')],
  }
  const tool: Message = { role: 'tool', text: 'sunny', toolCallId: 'c1' }
  expect(template.render([assistant, tool])).toBe('c1 weather Rome;c1 weather {"city;c1')
})

test('what the template refuses is the caller’s mistake, in the template’s words', () => {
  const template = create('{{ raise_exception("roles must alternate") }}')
  expect(() => template.render([user])).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message: expect.stringContaining('roles must alternate'),
    }),
  )
})

test('a template that is not Jinja is the model’s fault', () => {
  expect(() => create('{% for %}')).toThrow(expect.objectContaining({ code: 'invalid_model' }))
})

test('the date that some templates ask for', () => {
  expect(create('{{ strftime_now("%Y") }}').render([user])).toMatch(/^\d{4}$/)
})
