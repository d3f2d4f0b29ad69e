import { AppError } from '../../errors.ts'
import type { ChatOptions } from './completer.ts'

export type SettingName = keyof ChatOptions
type Setting<T> = { range: string; summary: string; parse(text: string): T }

const bounded = (low: number, high: number, summary: string, whole = false): Setting<number> => {
  const range = `${whole ? 'a whole number' : 'a number'} from ${low} to ${high}`
  return {
    range,
    summary,
    parse(text) {
      const value = Number(text)
      const fits = text.trim() !== '' && Number.isFinite(value) && value >= low && value <= high
      if (!fits || (whole && !Number.isSafeInteger(value))) throw new RangeError(range)
      return value
    },
  }
}

const stopRange = 'one text, or a JSON list of up to 4 texts such as ["\\n", "END"]'
const stop: Setting<string[]> = {
  range: stopRange,
  summary: 'texts that end the answer',
  parse(text) {
    const texts: unknown = /^\s*["[]/.test(text) ? [JSON.parse(text)].flat() : [text]
    const valid = Array.isArray(texts) && texts.length > 0 && texts.length <= 4
    if (!valid || !texts.every((item) => typeof item === 'string' && item !== ''))
      throw new RangeError(stopRange)
    return texts as string[]
  },
}

/** What `/set` knows. A new sampling parameter is one line here and one in `ChatOptions`. */
const settings: { [Name in SettingName]-?: Setting<NonNullable<ChatOptions[Name]>> } = {
  temperature: bounded(0, 2, 'how adventurous; 0 always takes the likeliest token'),
  top_p: bounded(0, 1, 'keep the likeliest tokens up to this probability'),
  top_k: bounded(0, 1_000_000, 'keep this many tokens; 0 keeps all', true),
  min_p: bounded(0, 1, 'drop tokens below this share of the likeliest'),
  seed: bounded(0, 4_294_967_295, 'same seed, same answer', true),
  max_tokens: bounded(1, 2 ** 31 - 1, 'longest answer, in tokens', true),
  stop,
  presence_penalty: bounded(-2, 2, 'against what was said at all'),
  frequency_penalty: bounded(-2, 2, 'against what was said often'),
  repetition_penalty: bounded(0.01, 10, 'against repetition; 1 is off'),
}

export const settingNames = Object.keys(settings) as SettingName[]

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(settings, name)

/** `default` takes the setting away, so that the model's own value applies again. */
export const applySetting = (options: ChatOptions, name: SettingName, text: string): ChatOptions => {
  const { [name]: _previous, ...rest } = options
  if (text === 'default') return rest
  try {
    return { ...rest, [name]: settings[name].parse(text) }
  } catch (cause) {
    const message = `${name} must be ${settings[name].range}, not "${text}"`
    throw new AppError('invalid_request', message, { param: name, cause })
  }
}

export const formatSetting = (value: number | string[] | undefined): string =>
  value === undefined ? 'default' : typeof value === 'number' ? String(value) : JSON.stringify(value)

export const describeSettings = (options: ChatOptions): string[] =>
  settingNames.map(
    (name) => `  ${name.padEnd(20)}${formatSetting(options[name]).padEnd(12)}${settings[name].summary}`,
  )
