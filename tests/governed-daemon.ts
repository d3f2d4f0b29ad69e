import { join } from 'node:path'
import { SignJWT } from 'jose'
import OpenAI from 'openai'
import type { IssuedKeyAnswer } from '../src/protocols/control/key-types.ts'
import { createSandbox, root, workerPython } from './sandbox.ts'
import { addAnswer, emptyTally, type AnswerUsage, type UsageTally } from './usage-tally.ts'

/** Everything of governance is on, in one daemon: keys and tokens, limits, queue, filters, ledger with bodies. */
const prices = {
  pocket: { input: 3, cached: 0.3, output: 15 },
  quick: { input: 0.07, cached: 0.01, output: 0.11 },
  vectors: { input: 0.02, cached: 0.02, output: 0 },
}
type Model = keyof typeof prices
const secret = 'a secret of more than thirty-two characters'
export const governedConfig = {
  models: ['pocket', { name: 'quick', engine: 'fake', source: 'fake:?tokens=12', parallel: 2 }],
  workers: [
    {
      kind: 'python',
      model: join(root, 'pocket', 'hf'),
      serves: 'vectors',
      python: workerPython,
      device: 'cpu',
    },
  ],
  prices,
  limits: [
    { key: '*', requests_per_minute: 500, tokens_per_minute: 90_000, concurrent_requests: 8 },
    { user: '*', requests_per_minute: 400 },
    { team: 'search', tokens_per_day: 80_000, budget_per_day: 50 },
    { tenant: 'acme', budget_per_month: 400 },
    { model: 'quick', requests_per_minute: 300, tokens_per_minute: 70_000 },
    { key: '*', model: 'quick', tokens_per_day: 6000 },
  ],
  queue_size: 16,
  priorities: { teams: { search: 'high' } },
  moderation: [
    { name: 'mail', kind: 'regex', on: 'input', action: 'redact', builtin: ['email'] },
    { name: 'arms', kind: 'words', on: 'input', action: 'block', words: ['nerve gas'] },
    { name: 'noted', kind: 'words', on: 'input', action: 'flag', words: ['dragon'] },
  ],
  audit_bodies: true,
}
export const box = createSandbox({ JWT_SECRET: secret })

/** Somebody who calls, by the official client, and what his answers said that he used. */
export type Caller = {
  id: string
  credential: string
  client: OpenAI
  tally: UsageTally
  byModel: Map<Model, UsageTally>
}
export function createCaller(id: string, credential: string): Caller {
  const baseURL = `${box.daemonFile().base_url}/v1`
  const client = new OpenAI({ baseURL, apiKey: credential, maxRetries: 0 })
  return { id, credential, client, tally: emptyTally(), byModel: new Map() }
}
export const createKey = async (...words: string[]) => {
  const { id, key } = await box.json<IssuedKeyAnswer>('keys', 'create', ...words)
  return createCaller(id, key)
}
export const createToken = (claims: object) =>
  new SignJWT({ sub: 'ann', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(Buffer.from(secret))

export function note(caller: Caller, model: Model, usage: AnswerUsage): void {
  const tally = caller.byModel.get(model) ?? emptyTally()
  caller.byModel.set(model, tally)
  for (const each of [caller.tally, tally]) addAnswer(each, usage, prices[model])
}
export const get = (path: string, { credential }: Pick<Caller, 'credential'>, init: RequestInit = {}) =>
  fetch(box.daemonFile().base_url + path, {
    ...init,
    headers: {
      authorization: `Bearer ${credential}`,
      ...(init.body && { 'content-type': 'application/json' }),
    },
  })
export async function read<T>(path: string, caller: Pick<Caller, 'credential'>): Promise<T> {
  const answer = await get(path, caller)
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}
