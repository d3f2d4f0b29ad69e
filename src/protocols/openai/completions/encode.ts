import type { AnswerHeader } from '../answer-header.ts'
import type { ChunkWriter } from '../answer-stream.ts'
import { encodeUsage, finishReasons, type Finish } from '../usage.ts'

export type CompletionShape = {
  choicesPerPrompt: number
  /** One per prompt: what `echo` puts before the answer. */
  echoes: string[]
}

export function encodeCompletion(
  header: AnswerHeader,
  answers: { text: string; finish: Finish }[],
  { choicesPerPrompt, echoes }: CompletionShape,
  queueMs: number,
): object {
  const finishes = answers.map((answer) => answer.finish)
  return {
    ...header,
    choices: answers.map(({ text, finish }, index) => ({
      text: (echoes[Math.floor(index / choicesPerPrompt)] ?? '') + text,
      index,
      logprobs: null,
      finish_reason: finishReasons[finish.reason],
    })),
    ...encodeUsage(finishes, choicesPerPrompt, queueMs),
  }
}

/** Chunks differ in a few characters only, so the rest is written once per request: this runs for every token. */
export function createCompletionWriter(
  header: AnswerHeader,
  { choicesPerPrompt, echoes }: CompletionShape,
  includeUsage: boolean,
): ChunkWriter {
  const fields = JSON.stringify(header).slice(0, -1)
  const head = `${fields},"choices":[{"text":`
  const usage = includeUsage ? ',"usage":null' : ''
  const chunk = (index: number, text: string, reason: string) =>
    `${head}${JSON.stringify(text)},"index":${index},"logprobs":null,"finish_reason":${reason}}]${usage}}`
  return {
    open(index) {
      const echo = echoes[Math.floor(index / choicesPerPrompt)]
      return echo === undefined ? undefined : chunk(index, echo, 'null')
    },
    text: (index, { text }) => chunk(index, text, 'null'),
    finish: (index, reason) => chunk(index, '', `"${finishReasons[reason]}"`),
    usage: (totals) => `${fields},"choices":[],${JSON.stringify(totals).slice(1)}`,
  }
}
