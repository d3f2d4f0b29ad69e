export type Tick = { value: number; label: string }

/** `nines` is for percentiles, 0 to below 1: each further nine takes the same room. */
export type ScaleKind = 'linear' | 'log' | 'nines'

export type Scale = { kind: ScaleKind; min: number; max: number; ticks: Tick[] }

/** Where a value stands between the ends, from 0 to 1. */
export const shareOf = ({ kind, min, max }: Scale, value: number): number => {
  const [low, high, at] = [min, max, value].map((each) => stretch(kind, each)) as [number, number, number]
  return high > low ? Math.min(1, Math.max(0, (at - low) / (high - low))) : 0.5
}

const stretch = (kind: ScaleKind, value: number): number => {
  if (kind === 'log') return Math.log10(Math.max(value, 1e-6))
  return kind === 'nines' ? -Math.log10(Math.max(1 - value, 1e-9)) : value
}

const niceSteps = [1, 2, 2.5, 5, 10]

/** From 0 (or `from`) to a round number at or above the largest value. */
export const linearScale = (largest: number, { from = 0, wanted = 5, exact = false } = {}): Scale => {
  const span = Math.max(largest - from, 1e-9)
  const rough = span / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * niceSteps.find((each) => each * power >= rough * 0.999)!
  const first = Math.ceil(from / step - 1e-9)
  const last = exact ? Math.floor(largest / step + 1e-9) : Math.ceil(largest / step - 1e-9)
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => toTick((first + index) * step))
  return { kind: 'linear', min: from, max: exact ? largest : Math.max(last * step, from + step), ticks }
}

/** From a round number below the smallest to one above the largest; both above 0. */
export const logScale = (smallest: number, largest: number): Scale => {
  const low = Math.floor(Math.log10(smallest))
  const high = Math.ceil(Math.log10(largest * 1.0001))
  const all = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
    .flatMap((decade) => [1, 2, 5].map((step) => step * decade))
    .map((value) => Number(value.toPrecision(6)))
  const min = all.findLast((value) => value <= smallest) ?? 10 ** low
  const max = all.find((value) => value >= largest) ?? 10 ** high
  const inside = all.filter((value) => value >= min && value <= max)
  // Over many decades labels of 2 and 5 would touch.
  const labelled = high - low <= 3 ? inside : inside.filter((value) => Number.isInteger(Math.log10(value)))
  return { kind: 'log', min, max, ticks: labelled.map(toTick) }
}

const percentileTicks = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999]

/** As far to the right as `count` values can say anything: the largest of them. */
export const ninesScale = (count: number): Scale => {
  const max = 1 - 1 / Math.max(count, 2)
  const ticks = percentileTicks.filter((value) => value <= max)
  return {
    kind: 'nines',
    min: 0,
    max,
    ticks: ticks.map((value) => ({ value, label: `P${Number((value * 100).toFixed(4))}` })),
  }
}

/** A tick at each level that was measured: there is nothing between them. */
export const levelScale = (levels: number[]): Scale => {
  const sorted = levels.toSorted((left, right) => left - right)
  const [min, max] = [sorted[0]!, sorted.at(-1)!]
  return { kind: min > 0 && max / min >= 6 ? 'log' : 'linear', min, max, ticks: sorted.map(toTick) }
}

/** Whole numbers one after the other, such as turns; of many only some have a label. */
export const stepScale = (steps: number[]): Scale => {
  const [min, max] = [Math.min(...steps), Math.max(...steps)]
  if (steps.length > 15) return linearScale(max, { from: min, exact: true, wanted: 10 })
  return { kind: 'linear', min, max, ticks: steps.map(toTick) }
}

/** Linear where that shows the values, logarithmic where a long tail would press them to the floor. */
export const latencyScale = (smallest: number, middle: number, largest: number): Scale =>
  largest > 12 * middle && smallest > 0 ? logScale(smallest, largest) : linearScale(largest)

const toTick = (value: number): Tick => ({ value, label: formatTick(value) })

const formatTick = (value: number): string => {
  const exact = Number(value.toPrecision(6))
  if (Math.abs(exact) >= 1e6) return `${Number((exact / 1e6).toPrecision(4))}M`
  return Math.abs(exact) >= 10_000 ? `${Number((exact / 1000).toPrecision(4))}k` : String(exact)
}
