import { createHmac } from 'node:crypto'
import { Agent, request } from 'undici'
import { decodeWebhookAnswer } from './decode-webhook-answer.ts'
import type { Action, Judge, Question } from './judge.ts'

export type WebhookOptions = {
  url: string
  /** Signs what is sent. */
  secret: string | undefined
  /** What is done when the webhook finds something, whatever it says itself; undefined: what it says. */
  action: Action | undefined
  timeoutMs: number
}

/** Beside the text that a redaction sends back. */
const answerOverhead = 64 * 1024
/** JSON may write a character with six bytes. */
const bytesPerUnit = 6

export function createWebhookJudge(options: WebhookOptions): { judge: Judge; close(): Promise<void> } {
  const { url, secret, action, timeoutMs } = options
  const dispatcher = new Agent({
    connections: 64,
    connect: { timeout: timeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const judge: Judge = async (question, signal) => {
    const body = encodeQuestion(question)
    const { statusCode, body: answer } = await request(url, {
      method: 'POST',
      dispatcher,
      signal,
      headers: { 'content-type': 'application/json', 'user-agent': 'sluice', ...sign(body, secret) },
      body,
    })
    const size = question.pieces.reduce((total, { text }) => total + text.length, 0)
    const text = await readBounded(answer, answerOverhead + size * bytesPerUnit)
    if (statusCode < 200 || statusCode > 299) throw new Error(`answered with status ${statusCode}`)
    return decodeWebhookAnswer(text, question, action)
  }
  return { judge, close: () => dispatcher.destroy() }
}

function encodeQuestion({ direction, model, key, pieces, context, final }: Question): string {
  return JSON.stringify(
    direction === 'input'
      ? { direction, model, key, messages: pieces }
      : { direction, model, key, text: pieces[0]!.text, context, final },
  )
}

/** Over time and body, so that an answer to an old question cannot be asked for again. */
function sign(body: string, secret: string | undefined): Record<string, string> {
  if (secret === undefined) return {}
  const time = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  return { 'x-sluice-signature': `t=${time},v1=${signature}` }
}

async function readBounded(
  body: AsyncIterable<Buffer> & { destroy(): unknown },
  most: number,
): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > most) {
      body.destroy()
      throw new Error(`answered with more than ${most} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
