import type { Config } from '../config/schema.ts'
import type { FilterConfig } from '../config/moderation-schema.ts'
import { AppError } from '../errors.ts'
import { createMatcher } from '../keys/patterns.ts'
import { createPriceList } from '../limits/price-list.ts'
import type { Logger } from '../log.ts'
import type { Filter } from '../moderation/filter.ts'
import { guardJudge, type GuardedJudge, type GuardOptions } from '../moderation/guard-judge.ts'
import { createModelJudge } from '../moderation/model-judge.ts'
import { createModeration, type Moderation } from '../moderation/moderation.ts'
import { createWebhookJudge } from '../moderation/webhook-judge.ts'
import type { LedgerRow } from '../stats/ledger-line.ts'
import { createAskModel } from './ask-model.ts'
import { judgePrompt } from './judge-prompt.ts'
import type { ModelHouse } from './model-house.ts'
import { readPatternFinders, readWordFinders } from './read-finders.ts'
import { forgetSecrets } from './take-secrets.ts'

export type ModerationHouse = {
  /** For the gateway; empty without filters, so that requests then cost nothing more. */
  gateway: { moderation?: Moderation }
  /** Throws `invalid_config` for a judge that is no known model; called once the workers are known. */
  assertModels(): void
  /** Filters that cannot be asked at the moment. */
  conditions(): { name: string; degraded: string | null }[]
  close(): Promise<void>
}

type Options = {
  config: Config
  baseFolder: string
  log: Logger
  house: Pick<ModelHouse, 'loaded'>
  events?: GuardOptions['events']
  /** The ledger's, for what a model uses that judges. */
  record(row: Omit<LedgerRow, 'id'>): void
}

type Opened = {
  filter: Filter
  guarded?: GuardedJudge
  close?: () => Promise<void>
}

/** The filters that the config names, in its order. Throws `invalid_config` with the path of the key at fault. */
export function openModerationHouse(options: Options): ModerationHouse {
  const { config, house } = options
  const opened = config.moderation.map((filter, index) => openFilter(filter, `moderation.${index}`, options))
  forgetSecrets(
    process.env,
    config.moderation.flatMap((filter) => (filter.kind === 'webhook' ? (filter.secret_env ?? []) : [])),
  )
  const moderation = createModeration(opened.map(({ filter }) => filter))
  return {
    gateway: opened.length === 0 ? {} : { moderation },
    assertModels() {
      for (const [index, filter] of config.moderation.entries()) {
        if (filter.kind === 'model' && !house.loaded.find(filter.model))
          throw invalid(`moderation.${index}.model`, `there is no model "${filter.model}"`)
      }
    },
    conditions: () =>
      opened.flatMap(({ filter, guarded }) =>
        guarded ? [{ name: `moderation.${filter.name}`, degraded: guarded.degraded() }] : [],
      ),
    async close() {
      await Promise.all(opened.flatMap(({ close }) => (close ? [close()] : [])))
    },
  }
}

function openFilter(config: FilterConfig, path: string, options: Options): Opened {
  const { name, on, replacement } = config
  const common = { name, on, replacement, appliesTo: readSubjects(config, path, options.house) }
  switch (config.kind) {
    case 'words': {
      const finders = readWordFinders(config, path, options.baseFolder)
      return { filter: { ...common, kind: 'spans', action: config.action, finders } }
    }
    case 'regex': {
      const finders = readPatternFinders(config, path)
      return { filter: { ...common, kind: 'spans', action: config.action, finders } }
    }
    case 'webhook': {
      const { url, action, timeout: timeoutMs } = config
      const secret = readSecret(config.secret_env, path)
      const { judge, close } = createWebhookJudge({ url, secret, action, timeoutMs })
      return { ...guard(judge, config, common, options), close }
    }
    case 'model': {
      const { model, action, prompt = judgePrompt, max_text: maxText } = config
      const { costOf: price } = createPriceList(options.config.prices)
      const { house, record } = options
      const ask = createAskModel({ models: house.loaded, filter: name, price, record })
      const judge = createModelJudge({ ask, model, prompt, action, maxText })
      return guard(judge, config, common, options)
    }
  }
}

type JudgeConfig = Extract<FilterConfig, { kind: 'webhook' | 'model' }>

function guard(
  judge: GuardedJudge['judge'],
  config: JudgeConfig,
  common: Pick<Filter, 'name' | 'on' | 'replacement' | 'appliesTo'>,
  { log, events }: Options,
): Opened {
  const guarded = guardJudge(judge, {
    name: config.name,
    timeoutMs: config.timeout,
    onFailure: config.on_failure,
    log,
    events,
  })
  return { filter: { ...common, kind: 'judge', judge: guarded.judge, segment: config.segment }, guarded }
}

/**
 * On output a model does not judge itself: its requests would hold the places that their own verdicts wait for.
 * Without `models`, its judge is left out; the two named together are a mistake.
 */
function readSubjects(config: FilterConfig, path: string, house: Options['house']): Filter['appliesTo'] {
  const isModel = createMatcher(config.models ?? [])
  const isKey = createMatcher(config.keys ?? [])
  const isTeam = createMatcher(config.teams ?? [])
  const judge = config.kind === 'model' ? config.model : undefined
  if (judge !== undefined && config.on !== 'input' && config.models && isModel?.(judge) !== false)
    throw invalid(
      `${path}.models`,
      `"${judge}" cannot judge its own answers; name the other models, or set "on: input"`,
    )
  const isOwn = (model: string) =>
    judge !== undefined && (model === judge || house.loaded.find(judge)?.id === model)
  return ({ model, key, team }) =>
    (!isOwn(model) || (config.on === 'input' && config.models !== undefined)) &&
    isModel?.(model) !== false &&
    isKey?.(key) !== false &&
    (isTeam === undefined || (team !== null && isTeam(team)))
}

function readSecret(name: string | undefined, path: string): string | undefined {
  if (name === undefined) return undefined
  const secret = process.env[name]
  if (secret) return secret
  throw invalid(`${path}.secret_env`, `the environment variable ${name} is not set`)
}

const invalid = (key: string, message: string) =>
  new AppError('invalid_config', `${key}: ${message}`, { param: key })
