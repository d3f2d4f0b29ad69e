import { isAbsolute } from 'node:path'

/** Whether a word of a command line or a config means a file and not a model's name. */
export const looksLikePath = (text: string): boolean =>
  isAbsolute(text) || /^(\.{1,2}|~)[\\/]/.test(text) || /\.gguf$/i.test(text)
