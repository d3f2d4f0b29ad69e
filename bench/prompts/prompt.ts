/** One thing to ask. `where` names it in errors; `extra` are further fields of an OpenAI body. */
export type Prompt = {
  where: string
  text?: string | unknown[]
  messages?: unknown[]
  extra: Record<string, unknown>
  /** The longest answer, where each prompt has its own. */
  maxTokens?: number
}
