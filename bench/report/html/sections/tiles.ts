import type { BenchResult, LatencyName } from '../../../result.ts'
import { formatCount, formatShare } from '../../format-number.ts'
import { formatThree, formatTime, splitTime } from '../figure-text.ts'
import { html, type Markup } from '../markup.ts'

type Tile = { name: string; value: string; unit?: string; below?: string | undefined }

/** The figures that most readers came for, each with what it rests on. */
export const renderTiles = (result: BenchResult): Markup => {
  const { throughput, goodput, success_rate: success, requests } = result
  const tiles: (Tile | undefined)[] = [
    latencyTile(result, 'ttft', 'p50', 'TTFT, median'),
    latencyTile(result, 'ttft', 'p99', 'TTFT, P99'),
    latencyTile(result, 'tpot', 'p50', 'TPOT, median'),
    latencyTile(result, 'e2e', 'p50', 'E2E, median'),
    latencyTile(result, 'e2e', 'p99', 'E2E, P99'),
    rateTile('Output tokens', throughput.output_tokens_per_second, describeTokens(result)),
    rateTile(
      'Requests',
      throughput.requests_per_second,
      `${formatCount(requests.succeeded)} in ${result.duration_s.toFixed(1)} s`,
    ),
    success === null
      ? undefined
      : {
          name: 'Success rate',
          value: formatShare(success).replace(' %', ''),
          unit: '%',
          below: `${formatCount(requests.failed)} failed`,
        },
    goodput === null
      ? undefined
      : {
          name: 'Goodput',
          value: formatShare(goodput.share).replace(' %', ''),
          unit: '%',
          below: `${formatThree(goodput.requests_per_second)} requests/s within limits`,
        },
  ]
  return html`<dl class="tiles">
    ${tiles.map(
      (tile) =>
        tile !== undefined &&
        html`<div class="card tile">
          <dt>${tile.name}</dt>
          <dd>${tile.value}${tile.unit !== undefined && html`<small>${tile.unit}</small>`}</dd>
          ${tile.below !== undefined && html`<dd class="below"><p>${tile.below}</p></dd>`}
        </div>`,
    )}
  </dl>`
}

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

const describeTokens = ({ tokens }: BenchResult): string =>
  tokens.source === 'usage' ? 'counted by the server' : 'counted as stream events'
