import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { FilterConfig } from '../config/moderation-schema.ts'
import { AppError } from '../errors.ts'
import { builtinPatterns } from '../moderation/builtin-patterns.ts'
import { createPatternFinder, type Pattern } from '../moderation/pattern-finder.ts'
import type { Finder } from '../moderation/text-scanner.ts'
import { createWordFinder } from '../moderation/word-finder.ts'

type WordsConfig = Extract<FilterConfig, { kind: 'words' }>
type RegexConfig = Extract<FilterConfig, { kind: 'regex' }>

const maxFileBytes = 8 * 1024 ** 2
const maxWords = 200_000
const maxWordLength = 200

/** Throws `invalid_config`, which names the key and, in a file, the line. */
export function readWordFinders(config: WordsConfig, path: string, baseFolder: string): Finder[] {
  const listed = (config.words ?? []).filter((word) => word.trim() !== '')
  const words =
    config.file === undefined ? listed : [...listed, ...readWords(resolve(baseFolder, config.file), path)]
  if (words.length === 0) throw invalid(path, 'has no words')
  return [createWordFinder(words, config.whole_words)]
}

export function readPatternFinders(config: RegexConfig, path: string): Finder[] {
  const { ignore_case: ignoreCase, max_match: maxMatch } = config
  const own = config.patterns.map((source, index) =>
    openPattern({ source, ignoreCase, maxMatch }, `${path}.patterns.${index}`),
  )
  return [...own, ...config.builtin.map((name) => createPatternFinder(builtinPatterns[name]))]
}

function openPattern(pattern: Pattern, path: string): Finder {
  try {
    return createPatternFinder(pattern)
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'invalid_config')
      throw invalid(path, cause.message, cause)
    throw cause
  }
}

function readWords(file: string, path: string): string[] {
  const lines = readLines(file, `${path}.file`)
  const words: string[] = []
  for (const [index, line] of lines.entries()) {
    const word = line.trim()
    if (word === '' || word.startsWith('#')) continue
    if (word.length > maxWordLength)
      throw invalid(`${path}.file`, `${file}, line ${index + 1}: longer than ${maxWordLength} characters`)
    words.push(word)
  }
  if (words.length > maxWords) throw invalid(`${path}.file`, `${file} has more than ${maxWords} words`)
  return words
}

function readLines(file: string, path: string): string[] {
  try {
    const { size } = statSync(file)
    if (size > maxFileBytes) throw invalid(path, `${file} is larger than ${maxFileBytes} bytes`)
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)).split(/\r?\n/)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    const reason =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
          ? 'is not UTF-8'
          : `cannot be read (${code})`
    throw invalid(path, `${file} ${reason}`, cause)
  }
}

const invalid = (key: string, message: string, cause?: unknown) =>
  new AppError('invalid_config', `${key}: ${message}`, { param: key, cause })
