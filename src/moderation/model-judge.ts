import { cleanCategories } from './clean-categories.ts'
import type { Action, Judge, Question, Verdict } from './judge.ts'

/** Asks a model and gives its whole answer. Goes past all filters, so that none asks about its own question. */
export type AskModel = (
  asked: { model: string; prompt: string; requestId: string | undefined },
  signal: AbortSignal,
) => Promise<string>

export type ModelJudgeOptions = {
  ask: AskModel
  model: string
  /** `{{text}}` is where the text goes; `{{direction}}` is input or output. */
  prompt: string
  action: Action
  /** Longer texts are asked about in parts of so many characters. */
  maxText: number
}

/** Of the part before, so that nothing is missed at a border. */
const overlap = 200

export function createModelJudge(options: ModelJudgeOptions): Judge {
  const { ask, model, action, maxText } = options
  const isBad = async (text: string, { direction, requestId }: Question, signal: AbortSignal) => {
    const categories: string[] = []
    for (const part of cut(text, maxText)) {
      // Not by replaceAll's own templates: a text with "$&" in it must stay as it is.
      const prompt = options.prompt.replaceAll(/\{\{(text|direction)\}\}/g, (_, name) =>
        name === 'text' ? part : direction,
      )
      const found = decodeModelAnswer(await ask({ model, prompt, requestId }, signal))
      if (found) return { categories: [...categories, ...found] }
    }
    return undefined
  }
  return async (question, signal): Promise<Verdict> => {
    const { pieces, context, direction } = question
    if (action !== 'redact' || direction === 'output') {
      const text = context + pieces.map((piece) => piece.text).join('\n\n')
      const found = await isBad(text, question, signal)
      return found ? { action, ...found } : { action: 'allow' }
    }
    const texts: (string | undefined)[] = []
    const categories: string[] = []
    for (const { text } of pieces) {
      const found = text.trim() === '' ? undefined : await isBad(text, question, signal)
      texts.push(found ? undefined : text)
      categories.push(...(found?.categories ?? []))
    }
    if (!texts.includes(undefined)) return { action: 'allow' }
    return { action, texts, categories: [...new Set(categories)] }
  }
}

const bad = /^\W*(yes|true|unsafe|block|flag)\b/i
const good = /^\W*(no|false|safe|allow|ok)\b/i

/** Categories of what was found; undefined: nothing was. Throws when the answer is neither. */
export function decodeModelAnswer(answer: string): string[] | undefined {
  const verdict = readJson(answer)
  if (verdict) {
    const flag = verdict.flagged ?? verdict.block ?? verdict.unsafe ?? verdict.violation
    if (typeof flag !== 'boolean')
      throw new Error('the model answered with JSON that says neither yes nor no')
    const { categories } = verdict
    const names = Array.isArray(categories) ? categories.filter((name) => typeof name === 'string') : []
    return flag ? cleanCategories(names) : undefined
  }
  if (good.test(answer)) return undefined
  if (!bad.test(answer)) throw new Error('the model answered with neither yes nor no')
  // Llama Guard names the hazards in the second line: S1,S10
  const second = answer.trim().split('\n')[1] ?? ''
  return cleanCategories(/^S\d+(,\s*S\d+)*\s*$/.test(second) ? second.trim().split(/,\s*/) : [])
}

function readJson(answer: string): Record<string, unknown> | undefined {
  const found = /\{[^{}]*\}/.exec(answer.slice(0, 4096))
  if (!found) return undefined
  try {
    return JSON.parse(found[0]) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function cut(text: string, most: number): string[] {
  const parts: string[] = []
  for (let at = 0; at === 0 || at + overlap < text.length; at += most - overlap)
    parts.push(text.slice(at, at + most))
  return parts
}
