import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI, { APIError } from 'openai'
import { afterAll, expect, test } from 'vitest'
import type { VerifiedUsage } from '../src/protocols/control/usage-types.ts'
import type { AllStats } from '../src/protocols/reports/types.ts'
import type { IssuedKeyAnswer } from '../src/protocols/control/key-types.ts'
import { createSandbox, until } from './sandbox.ts'

const budget = 20_000
const clients = 200

const box = createSandbox()
afterAll(() => box.remove())

type Line = { event?: string; key?: string; prompt_tokens?: number; completion_tokens?: number }

test('200 clients that leave at random never use more than their budget, and pay for what they left', async () => {
  const limits = [{ team: 'crowd', tokens_per_day: budget }]
  writeFileSync(
    join(box.home, 'config.yaml'),
    JSON.stringify({ models: ['pocket'], limits, queue_size: 1000 }),
  )
  expect(await box.sluice('serve')).toMatchObject({ code: 0 })
  const keys = await Promise.all(
    ['one', 'two', 'three'].map((name) =>
      box.json<IssuedKeyAnswer>('keys', 'create', name, '--team', 'crowd'),
    ),
  )
  const baseURL = `${box.daemonFile().base_url}/v1`
  const sdks = keys.map(({ key }) => new OpenAI({ baseURL, apiKey: key, maxRetries: 0 }))
  let received = 0
  let left = 0
  let reservation = 0

  /** Asks until the budget says no; half of the answers are left in the middle, some before they begin. */
  async function visit(number: number): Promise<void> {
    for (let turn = 0; ; turn += 1) {
      const leaving = new AbortController()
      const patience = (number * 7 + turn * 5) % 24
      const max_tokens = 8 + ((number + turn) % 9)
      if (patience === 0) setImmediate(() => leaving.abort())
      try {
        received += await ask(sdks[number % 3]!, { max_tokens, patience }, leaving)
      } catch (cause) {
        if (cause instanceof APIError && cause.code === 'rate_limit_exceeded') {
          const { limit_requested } = cause.error as { limit_requested: number }
          reservation = Math.max(reservation, limit_requested)
          return
        }
        if (!leaving.signal.aborted) throw cause
        left += 1
      }
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, number) => visit(number)))
  expect(left).toBeGreaterThan(10)

  // The last answers that nobody waits for end a moment later; then the counter stands still.
  const charged = async () => {
    const refused: unknown = await sdks[0]!.chat.completions
      .create({ ...question, max_tokens: budget / 2 })
      .catch((cause: unknown) => cause)
    return ((refused as APIError).error as { limit_used: number }).limit_used
  }
  await until('the log has every token that was charged', async () => (await charged()) === logged())
  const used = await charged()
  expect(used).toBeLessThanOrEqual(budget)
  expect(used).toBeGreaterThan(budget - reservation)
  expect(used).toBeGreaterThanOrEqual(received)

  expect(await box.json<VerifiedUsage>('usage', 'verify')).toMatchObject({ agrees: true, dropped: 0 })
  const { total } = await box.json<AllStats>('stats', '--since', '24h')
  expect(total.prompt_tokens + total.completion_tokens).toBe(used)
}, 240_000)

const question = { model: 'pocket', messages: [{ role: 'user' as const, content: 'Tell me a short story.' }] }

/** Tokens that arrived here, as far as a client can know. */
async function ask(
  sdk: OpenAI,
  { max_tokens, patience }: { max_tokens: number; patience: number },
  leaving: AbortController,
): Promise<number> {
  const stream = await sdk.chat.completions.create(
    { ...question, max_tokens, stream: true, stream_options: { include_usage: true } },
    { signal: leaving.signal },
  )
  let seen = 0
  for await (const chunk of stream) {
    if (chunk.usage) return chunk.usage.total_tokens
    if (chunk.choices[0]?.delta.content) seen += 1
    if (patience < 12 && seen >= patience) break
  }
  return seen
}

function logged(): number {
  const lines = readFileSync(join(box.home, 'logs', 'daemon.log'), 'utf8')
    .trimEnd()
    .split('\n')
  return lines
    .map((line) => JSON.parse(line) as Line)
    .reduce((sum, line) => sum + (line.prompt_tokens ?? 0) + (line.completion_tokens ?? 0), 0)
}
