import { Pool } from 'undici'
import { addAnswer, addRefusal, emptyTally, type AnswerUsage, type UsageTally } from './usage-tally.ts'

export type Flooder = { name: string; apiKey: string; perSecond: number }

export type FloodTally = {
  name: string
  sent: number
  answered: number
  /** What the answers said of themselves, added up. */
  usage: UsageTally
  /** Refusals by status. */
  refused: Record<number, number>
  /** Refusals that did not say when to come back, in both headers. */
  withoutRetryAfter: number
  /** Neither answer nor refusal: what went wrong, such as a hang. */
  broken: string[]
  slowestMs: number
}

export type FloodOptions = {
  base: string
  model: string
  tokens: number
  seconds: number
  flooders: Flooder[]
  /** Every second, from the first on. */
  onSecond?: (second: number) => void
}

/** No answer may take that long, whatever the queue does. */
const hangMs = 60_000

/** An open loop: requests leave when they are due, whether or not earlier ones have been answered. */
export async function flood(options: FloodOptions): Promise<FloodTally[]> {
  const { base, seconds, flooders, onSecond } = options
  const pool = new Pool(base, {
    connections: 512,
    pipelining: 1,
    headersTimeout: hangMs,
    bodyTimeout: hangMs,
  })
  const tallies = flooders.map(({ name }) => createTally(name))
  const pending = new Set<Promise<void>>()
  const began = performance.now()
  for (let elapsed = 0, second = 0; elapsed < seconds; elapsed = (performance.now() - began) / 1000) {
    for (const [index, flooder] of flooders.entries()) {
      const tally = tallies[index]!
      while (tally.sent < elapsed * flooder.perSecond) {
        tally.sent += 1
        const request = ask(pool, options, flooder, tally)
        pending.add(request)
        void request.then(() => pending.delete(request))
      }
    }
    if (elapsed >= second) onSecond?.(second++)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await Promise.all(pending)
  await pool.close()
  return tallies
}

const createTally = (name: string): FloodTally => ({
  name,
  sent: 0,
  answered: 0,
  usage: emptyTally(),
  refused: {},
  withoutRetryAfter: 0,
  broken: [],
  slowestMs: 0,
})

async function ask(pool: Pool, { model, tokens }: FloodOptions, flooder: Flooder, tally: FloodTally) {
  const began = performance.now()
  try {
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: '/v1/completions',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${flooder.apiKey}` },
      body: JSON.stringify({ model, prompt: 'Once', max_tokens: tokens, ignore_eos: true }),
    })
    const text = await body.text()
    if (statusCode === 200) note(tally, text, tokens)
    else if (statusCode === 429 || statusCode === 503) {
      addRefusal(tally.usage)
      tally.refused[statusCode] = (tally.refused[statusCode] ?? 0) + 1
      if (!(Number(headers['retry-after']) >= 1 && Number(headers['retry-after-ms']) >= 1))
        tally.withoutRetryAfter += 1
    } else tally.broken.push(`${statusCode}: ${text}`)
  } catch (cause) {
    tally.broken.push(String(cause))
  }
  tally.slowestMs = Math.max(tally.slowestMs, performance.now() - began)
}

function note(tally: FloodTally, text: string, tokens: number): void {
  const { usage } = JSON.parse(text) as { usage: AnswerUsage }
  addAnswer(tally.usage, usage)
  if (usage.completion_tokens === tokens) tally.answered += 1
  else tally.broken.push(`a short answer: ${text}`)
}

/** How far the key that is worst off, or best off, is from an equal share of the answers. */
export function unfairness(tallies: FloodTally[]): number {
  const fair = tallies.reduce((sum, { answered }) => sum + answered, 0) / tallies.length
  return Math.max(...tallies.map(({ answered }) => Math.abs(answered / fair - 1)))
}
