import { chooseModel } from './choose-model.ts'
import type { ChatBackend, ChatOptions } from './completer.ts'
import { type Conversation, createConversation } from './conversation.ts'
import type { Sessions } from './sessions.ts'

/** The API's default of 1 lets small models wander; chat programs usually start between 0.7 and 0.8. */
const startingOptions: ChatOptions = { temperature: 0.7 }

export type Beginning = {
  model: string | undefined
  /** The empty text takes a resumed session's system message away. */
  system: string | undefined
  options: ChatOptions
  /** Go on with the last session. */
  resume: boolean
}

/** A new conversation, or the last one with what was asked for on top. `notes` are for the reader. */
export async function beginConversation(
  { model, system, options, resume }: Beginning,
  backend: ChatBackend,
  sessions: Sessions,
): Promise<{ conversation: Conversation; resumed: boolean; notes: string[] }> {
  const latest = resume ? await sessions.latest() : undefined
  const notes = latest?.skipped ?? []
  if (latest?.conversation === undefined) {
    const chosen = chooseModel(await backend.models(), model)
    if (resume) notes.push('there is no earlier session to go on with; this is a new one')
    const conversation = createConversation(
      { model: chosen, system: system || undefined, options: { ...startingOptions, ...options } },
      new Date(),
    )
    return { conversation, resumed: false, notes }
  }
  const last = latest.conversation
  const conversation = {
    ...last,
    model: model === undefined ? last.model : chooseModel(await backend.models(), model),
    system: system === undefined ? last.system : system || undefined,
    options: { ...last.options, ...options },
  }
  return { conversation, resumed: true, notes }
}
