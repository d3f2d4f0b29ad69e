import type { EmbedRequest, EngineEvent, GenerateRequest, Prompt, TextPrompt } from '../engine/types.ts'
import type { InputFilters, Moderation } from '../moderation/moderation.ts'
import type { Subject } from '../moderation/judge.ts'
import type { Call } from './call.ts'
import { moderateChoice } from './moderate-choice.ts'
import { moderateMessages, type Check } from './moderate-messages.ts'

type Detokenize = (tokens: number[]) => Promise<string>
type Source = { moderation?: Moderation | undefined; model: string; detokenize: Detokenize }

const subjectOf = (model: string, { id, principal }: Call): Subject => ({
  requestId: id,
  model,
  key: principal.id,
  team: principal.owner.team,
})

/** The requests as the engine may see them. Rejects with `content_blocked` or `moderation_unavailable`. */
export async function moderateRequests(
  source: Source,
  call: Call,
  requests: GenerateRequest[],
): Promise<GenerateRequest[]> {
  const filters = source.moderation?.input(subjectOf(source.model, call))
  if (!filters) return requests
  const check = createCheck(filters, call, requests[0]?.prompt.kind === 'chat' ? 'messages' : 'prompt')
  const moderated: GenerateRequest[] = []
  for (const request of requests)
    moderated.push({ ...request, prompt: await moderatePrompt(request.prompt, check, source.detokenize) })
  return moderated
}

/** The same for texts that become vectors. */
export async function moderateEmbedding(
  source: Source,
  call: Call,
  request: EmbedRequest,
): Promise<EmbedRequest> {
  const filters = source.moderation?.input(subjectOf(source.model, call))
  if (!filters) return request
  const check = createCheck(filters, call, 'input')
  const inputs: TextPrompt[] = []
  for (const input of request.inputs) inputs.push(await moderateText(input, check, source.detokenize))
  return { ...request, inputs }
}

/** The choices as the caller may see them; the engine's own where no filter looks at them. */
export function moderateChoices(
  source: Pick<Source, 'moderation' | 'model'>,
  call: Call,
  choices: AsyncIterable<EngineEvent>[],
  promptTokens: (index: number) => number,
): AsyncIterable<EngineEvent>[] {
  const filters = source.moderation?.output(subjectOf(source.model, call))
  if (!filters) return choices
  const open = () => filters(flagsOf(call), call.signal)
  return choices.map((choice, index) => moderateChoice(choice, open, promptTokens(index)))
}

const createCheck =
  (filters: InputFilters, call: Call, param: string): Check =>
  (pieces) =>
    filters({ pieces, param }, flagsOf(call), call.signal)

async function moderatePrompt(prompt: Prompt, check: Check, detokenize: Detokenize): Promise<Prompt> {
  return prompt.kind === 'chat'
    ? { kind: 'chat', messages: await moderateMessages(prompt.messages, check) }
    : moderateText(prompt, check, detokenize)
}

/** Tokens are read as text, so that they are no way around; they stay tokens unless something was taken out. */
async function moderateText(prompt: TextPrompt, check: Check, detokenize: Detokenize): Promise<TextPrompt> {
  const text = prompt.kind === 'text' ? prompt.text : await detokenize(prompt.tokens)
  const [clean] = await check([{ role: 'user', text }])
  return clean!.text === text ? prompt : { kind: 'text', text: clean!.text }
}

/** More would fill the header and the ledger. */
const maxFlags = 32

const flagsOf = ({ record }: Call) => ({
  add(flag: string) {
    const flags = (record.flags ??= [])
    if (flags.length < maxFlags && !flags.includes(flag)) flags.push(flag)
  },
})
