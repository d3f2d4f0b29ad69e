import type { AnswerHeader } from '../answer-header.ts'
import type { ChunkWriter } from '../answer-stream.ts'
import type { CollectedChoice } from '../collect-choice.ts'
import { encodeUsage, finishReasons } from '../usage.ts'

export function encodeChat(header: AnswerHeader, answers: CollectedChoice[], queueMs: number): object {
  const finishes = answers.map((answer) => answer.finish)
  return {
    ...header,
    choices: answers.map(({ text, reasoning, finish }, index) => ({
      index,
      // DeepSeek's and vLLM's extension, which clients that show reasoning know.
      message: {
        role: 'assistant',
        content: text,
        refusal: null,
        ...(reasoning && { reasoning_content: reasoning }),
      },
      logprobs: null,
      finish_reason: finishReasons[finish.reason],
    })),
    ...encodeUsage(finishes, answers.length, queueMs),
  }
}

/** Chunks differ in a few characters only, so the rest is written once per request: this runs for every token. */
export function createChatWriter(header: AnswerHeader, includeUsage: boolean): ChunkWriter {
  const fields = JSON.stringify(header).slice(0, -1)
  const head = `${fields},"choices":[{"index":`
  const usage = includeUsage ? ',"usage":null' : ''
  const rest = `},"logprobs":null,"finish_reason":null}]${usage}}`
  return {
    open: (index) => `${head}${index},"delta":{"role":"assistant","content":"","refusal":null${rest}`,
    text: (index, { text, reasoning }) =>
      `${head}${index},"delta":{"${reasoning ? 'reasoning_content' : 'content'}":${JSON.stringify(text)}${rest}`,
    finish: (index, reason) =>
      `${head}${index},"delta":{},"logprobs":null,"finish_reason":"${finishReasons[reason]}"}]${usage}}`,
    usage: (totals) => `${fields},"choices":[],${JSON.stringify(totals).slice(1)}`,
  }
}
