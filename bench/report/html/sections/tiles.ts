import type { BenchResult, LatencyName } from '../../../result.ts'
import { formatCount, formatShare } from '../../format-number.ts'
import { countedBy } from '../../describe-tokens.ts'
import { formatDuration, formatThree, formatTime, splitTime } from '../figure-text.ts'
import { markup, type Markup } from '../markup.ts'

type Tile = { name: string; value: string; unit?: string; below?: string | undefined }

/** The figures that most readers came for, each with what it rests on. */
export const renderTiles = (result: BenchResult): Markup => {
  const { throughput, goodput, requests } = result
  const { found: steady } = result.steady
  const tiles = [
    latencyTile(result, 'ttft', 'p50', 'TTFT, median'),
    latencyTile(result, 'ttft', 'p99', 'TTFT, P99'),
    latencyTile(result, 'tpot', 'p50', 'TPOT, median'),
    latencyTile(result, 'e2e', 'p50', 'E2E, median'),
    latencyTile(result, 'e2e', 'p99', 'E2E, P99'),
    rateTile('Output tokens', throughput.output_tokens_per_second, describeTokens(result)),
    rateTile(
      'Requests',
      throughput.requests_per_second,
      `${formatCount(requests.succeeded)} in ${formatDuration(result.duration_s)}${steady === null ? '' : `; ${formatThree(steady.throughput.requests_per_second)}/s steady`}`,
    ),
    goodput === null ? successTile(result) : goodputTile(goodput),
  ].filter((tile): tile is Tile => tile !== undefined)
  return markup`<dl class="tiles tiles-${tiles.length}">
    ${tiles.map(
      (tile) =>
        markup`<div class="card tile">
          <dt>${tile.name}</dt>
          <dd>${tile.value}${tile.unit !== undefined && markup`<small>${tile.unit}</small>`}</dd>
          ${tile.below !== undefined && markup`<dd class="below"><p>${tile.below}</p></dd>`}
        </div>`,
    )}
  </dl>`
}

const successTile = ({ success_rate: success, requests }: BenchResult): Tile | undefined =>
  success === null
    ? undefined
    : {
        name: 'Success rate',
        value: formatPercent(success),
        unit: '%',
        below: `${formatCount(requests.failed)} failed`,
      }

/** A failed request keeps no limit, so this says more than the success rate. */
const goodputTile = ({ share, requests_per_second: rate }: NonNullable<BenchResult['goodput']>): Tile => ({
  name: 'Goodput',
  value: formatPercent(share),
  unit: '%',
  below: `${formatThree(rate)} requests/s within the limits`,
})

const formatPercent = (share: number): string => formatShare(share).replace(' %', '')

const latencyTile = (
  { latency }: BenchResult,
  name: LatencyName,
  percentile: 'p50' | 'p99',
  label: string,
): Tile | undefined => {
  const summary = latency[name]
  if (summary === null) return undefined
  const [value, unit] = splitTime(summary[percentile])
  const [low, high] = summary.confidence[percentile]
  const end = (bound: number | null): string => (bound === null ? '?' : formatTime(bound))
  const certain = !summary.uncertain.includes(percentile)
  return {
    name: label,
    value: `${certain ? '' : '~'}${value}`,
    unit,
    below: certain ? `${end(low)} to ${end(high)}` : 'too few samples to vouch for',
  }
}

const rateTile = (name: string, value: number | null, below: string | undefined): Tile | undefined =>
  value === null ? undefined : { name, value: formatThree(value), unit: '/s', below }

/** Beside the whole run's rate that of its steady state: apart, the run's ends weigh on the former. */
const describeTokens = ({ tokens, steady: { found } }: BenchResult): string => {
  const steady = found?.throughput.output_tokens_per_second ?? null
  const counted = countedBy[tokens.source]
  return steady === null ? counted : `${formatThree(steady)}/s steady; ${counted}`
}
