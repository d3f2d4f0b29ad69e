/**
 * CPU microseconds that content filters cost: per token of a streamed answer, and per request of 2,000 characters.
 * 1,000 words and 5 expressions, beside no filters; with 4 finds per 260 characters and without. Rounds are interleaved; the figures are medians.
 *
 *   npm run bench:moderation -- [--rounds 15] [--json]
 */
import { parseArgs } from 'node:util'
import type { EngineEvent, GenerateRequest } from '../src/engine/types.ts'
import type { Call } from '../src/gateway/call.ts'
import { moderateChoices, moderateRequests } from '../src/gateway/moderate.ts'
import { anonymous } from '../src/keys/principal.ts'
import { builtinPatterns, type BuiltinName } from '../src/moderation/builtin-patterns.ts'
import type { Filter } from '../src/moderation/filter.ts'
import { createModeration, type Moderation } from '../src/moderation/moderation.ts'
import { createPatternFinder } from '../src/moderation/pattern-finder.ts'
import { createWordFinder } from '../src/moderation/word-finder.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
})
const tokens = 500
const answers = 20

const common = { on: 'both', appliesTo: () => true, replacement: '[REDACTED]', action: 'redact' } as const
/** As in a real list: ordinary beginnings, so that the automaton has something to do. */
const words = Array.from(
  { length: 1000 },
  (_, index) => `${['st', 'wa', 'mo', 'ba', 're'][index % 5]}${index}x`,
)
const wordFilter: Filter = {
  ...common,
  name: 'words',
  kind: 'spans',
  finders: [createWordFinder(words, true)],
}
const names: BuiltinName[] = ['email', 'credit_card', 'iban', 'phone', 'api_key']
const regexFilter: Filter = {
  ...common,
  name: 'regex',
  kind: 'spans',
  finders: names.map((name) => createPatternFinder(builtinPatterns[name])),
}

const prose =
  'The keeper of the old mill opened the gate slowly, and the water moved under the stone bridge where 12 boats ' +
  'were waiting for rain. Morning light rested on the fields; nobody counted the steps. '
const finds = `${prose}Write to ann.lee@example.org or call +49 30 901820, card 4111 1111 1111 1111, st5x. `
/** About four characters each, as tokenizers cut English. */
const cut = (text: string) =>
  Array.from({ length: tokens }, (_, at) => text.repeat(20).slice(at * 4, at * 4 + 4))

async function* play(pieces: string[]): AsyncGenerator<EngineEvent> {
  for (const text of pieces) yield { type: 'text-delta', text, tokens: 1 }
  const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: pieces.length }
  yield { type: 'finish', reason: 'stop', usage, timings: { queueMs: 0, prefillMs: 0, decodeMs: 0 } }
}
const createCall = (): Call => ({
  id: 'bench',
  startedAt: 0,
  record: {},
  principal: anonymous,
  priority: 'normal',
  bodyBytes: 0,
  progress: '',
  signal: new AbortController().signal,
  abort: () => undefined,
  setHeader: () => undefined,
  defer: () => undefined,
})

const source = (filters: Filter[]) => ({
  ...(filters.length > 0 && { moderation: createModeration(filters) }),
  model: 'bench',
  detokenize: async () => '',
})
type Source = { moderation?: Moderation; model: string; detokenize: () => Promise<string> }

async function stream(from: Source, pieces: string[]): Promise<void> {
  for (let answer = 0; answer < answers; answer += 1) {
    const [choice] = moderateChoices(from, createCall(), [play(pieces)], () => 1)
    for await (const _event of choice!) continue
  }
}
const request = (text: string): GenerateRequest => ({
  prompt: {
    kind: 'chat',
    messages: [
      { role: 'system', text: prose },
      { role: 'user', text },
    ],
  },
  sampling: {},
  stop: [],
  ignoreEos: false,
})
async function ask(from: Source, text: string): Promise<void> {
  for (let call = 0; call < answers * 5; call += 1)
    await moderateRequests(from, createCall(), [request(text)])
}

const sets: Record<string, Source> = {
  off: source([]),
  '1000 words': source([wordFilter]),
  '5 expressions': source([regexFilter]),
  both: source([wordFilter, regexFilter]),
}
const cases = Object.entries(sets).flatMap(([name, from]) => [
  { name: `stream, ${name}`, per: tokens * answers, run: () => stream(from, cut(prose)) },
  { name: `stream with finds, ${name}`, per: tokens * answers, run: () => stream(from, cut(finds)) },
  { name: `request, ${name}`, per: answers * 5, run: () => ask(from, prose.repeat(10).slice(0, 1800)) },
  {
    name: `request with finds, ${name}`,
    per: answers * 5,
    run: () => ask(from, finds.repeat(7).slice(0, 1800)),
  },
])

const samples = new Map<string, number[]>(cases.map(({ name }) => [name, []]))
for (let round = -2; round < Number(values.rounds); round += 1) {
  for (const { name, per, run } of cases) {
    const before = process.cpuUsage()
    await run()
    const { user, system } = process.cpuUsage(before)
    // The first rounds only warm up.
    if (round >= 0) samples.get(name)!.push((user + system) / per)
  }
}
const median = (list: number[]) => list.toSorted((one, other) => one - other)[list.length >> 1]!
const figures = Object.fromEntries([...samples].map(([name, list]) => [name, median(list)]))
if (values.json) console.log(JSON.stringify({ cpu_us: figures }))
else for (const [name, us] of Object.entries(figures)) console.log(`${name.padEnd(36)}${us.toFixed(2)} µs`)
