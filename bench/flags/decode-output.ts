import { AppError } from '../../src/errors.ts'
import type { SaveWish } from '../compat/save-vllm.ts'
import { defaultVllmChoice, type VllmChoice } from '../compat/describe-vllm.ts'
import { seriesNames, type SeriesName } from '../compat/vllm-series.ts'
import type { BenchFlags } from './bench-flags.ts'
import { decodeApi } from './decode-target.ts'

export type OutputChoice = {
  format: 'table' | 'vllm'
  /** Say at the end what the figures mean. */
  explain: boolean
  vllm: VllmChoice
  metadata?: Record<string, string>
  save?: SaveWish
}

export const decodeOutput = (flags: BenchFlags): OutputChoice => {
  const metadata = decodeMetadata(flags.metadata)
  const save = decodeSave(flags)
  const format = flags.format === 'vllm' ? 'vllm' : 'table'
  if (format === 'vllm' && flags.steady) {
    throw refuse(
      'format',
      '--format vllm covers the whole run, and --steady a part of it; leave one of them out',
    )
  }
  return {
    format,
    explain: flags.explain,
    vllm: decodeVllmChoice(flags),
    ...(metadata !== undefined && { metadata }),
    ...(save !== undefined && { save }),
  }
}

const decodeVllmChoice = (flags: BenchFlags): VllmChoice => ({
  backend: flags.backend ?? decodeApi(flags),
  label: flags.label ?? null,
  ...(flags.model !== undefined && { modelId: flags.model }),
  metrics: decodeMetrics(flags['percentile-metrics']),
  percentiles: decodePercentiles(flags['metric-percentiles']),
})

const decodeMetrics = (text: string | undefined): SeriesName[] => {
  if (text === undefined) return defaultVllmChoice.metrics
  return splitList(text).map((name) => {
    const spelled = name.toLowerCase() === 'e2e' ? 'e2el' : name.toLowerCase()
    const found = seriesNames.find((each) => each === spelled)
    if (found !== undefined) return found
    throw refuse(
      'percentile-metrics',
      `--percentile-metrics: there is no "${name}"; use ${seriesNames.join(', ')}`,
    )
  })
}

const decodePercentiles = (text: string | undefined): number[] => {
  if (text === undefined) return defaultVllmChoice.percentiles
  return splitList(text).map((part) => {
    const value = Number(part)
    if (value > 0 && value <= 100) return value
    throw refuse('metric-percentiles', `--metric-percentiles "${part}": expected numbers above 0 up to 100, such as 50,95,99`) // prettier-ignore
  })
}

const splitList = (text: string): string[] => text.split(',').map((part) => part.trim())

const most = 64
const longest = 4096

/** `KEY=VALUE`; what a person writes beside a result to find it again. */
export const decodeMetadata = (texts: string[] | undefined): Record<string, string> | undefined => {
  if (texts === undefined) return undefined
  if (texts.length > most)
    throw refuse('metadata', `--metadata: ${texts.length} entries are more than ${most}`)
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      const key = text.slice(0, Math.max(0, at)).trim()
      if (key === '' || key === '__proto__' || text.length > longest) {
        throw refuse('metadata', `--metadata "${text.slice(0, 40)}": expected KEY=VALUE, at most 4 KiB`)
      }
      return [key, text.slice(at + 1).trim()]
    }),
  )
}

/** A folder or a name is wish enough. */
const decodeSave = (flags: BenchFlags): SaveWish | undefined => {
  const { 'result-dir': folder, 'result-filename': name } = flags
  const { 'save-result': plain, 'save-detailed': detailed, 'append-result': append } = flags
  if (!plain && !detailed && !append && folder === undefined && name === undefined) return undefined
  return { folder: folder ?? '.', ...(name !== undefined && { name }), detailed, append }
}

const refuse = (param: string, message: string): AppError =>
  new AppError('invalid_request', message, { param })
