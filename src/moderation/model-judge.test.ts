import { expect, test } from 'vitest'
import type { Question } from './judge.ts'
import { createModelJudge, decodeModelAnswer, type ModelJudgeOptions } from './model-judge.ts'

function open(options: Partial<ModelJudgeOptions> = {}) {
  const prompts: string[] = []
  const judge = createModelJudge({
    ask: async ({ prompt }) => {
      prompts.push(prompt)
      return prompt.includes('bad') ? 'Yes.' : 'No.'
    },
    model: 'guard',
    prompt: '{{direction}}: {{text}}?',
    action: 'block',
    maxText: 1000,
    ...options,
  })
  const question = (texts: string[], extra: Partial<Question> = {}): Question => ({
    model: 'tiny',
    key: 'k',
    team: null,
    direction: 'input',
    pieces: texts.map((text) => ({ role: 'user', text })),
    context: '',
    final: true,
    ...extra,
  })
  const { signal } = new AbortController()
  return {
    prompts,
    ask: (texts: string[], extra?: Partial<Question>) => judge(question(texts, extra), signal),
  }
}

test('one question for a whole request', async () => {
  const { ask, prompts } = open()
  expect(await ask(['fine', 'so bad'])).toEqual({ action: 'block', categories: [] })
  expect(await ask(['fine', '{{direction}} $& $1'])).toEqual({ action: 'allow' })
  expect(prompts).toEqual(['input: fine\n\nso bad?', 'input: fine\n\n{{direction}} $& $1?'])
})

test('to take messages out, each is asked about', async () => {
  const { ask } = open({ action: 'redact' })
  expect(await ask(['fine', 'bad', ''])).toEqual({
    action: 'redact',
    texts: ['fine', undefined, ''],
    categories: [],
  })
  expect(await ask(['fine', 'good'])).toEqual({ action: 'allow' })
})

test('an answer is judged with what came before', async () => {
  const { ask, prompts } = open({ action: 'redact' })
  await ask([' end'], { direction: 'output', context: 'the' })
  expect(prompts).toEqual(['output: the end?'])
})

test('long texts are asked about in parts that overlap, until one is bad', async () => {
  const { ask, prompts } = open()
  const text = `${'a'.repeat(990)}${'b'.repeat(900)}bad${'c'.repeat(2000)}`
  expect(await ask([text])).toMatchObject({ action: 'block' })
  expect(prompts).toHaveLength(3)
  expect(prompts[1]).toContain(text.slice(800, 1800))
})

test.each([
  ['yes', []],
  [' Yes, because', []],
  ['unsafe\nS1,S10', ['S1', 'S10']],
  ['{"flagged": true, "categories": ["hate speech"]}', ['hate_speech']],
  ['```json\n{"violation": true}\n```', []],
  ['no', undefined],
  ['safe', undefined],
  ['{"block": false, "categories": ["x"]}', undefined],
])('%j is understood', (answer, categories) => {
  expect(decodeModelAnswer(answer)).toEqual(categories)
})

test.each(['', 'maybe', 'The text', '{"x": 1}', 'nothing', '{"flagged": "yes"}'])(
  '%j is no verdict',
  (answer) => {
    expect(() => decodeModelAnswer(answer)).toThrow(/neither yes nor no/)
  },
)
