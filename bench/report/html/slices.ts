import { markup, type Markup } from './markup.ts'
import { formatThree } from './figure-text.ts'

export type Slice = { from: number; to: number; values: number[] }

/** Cuts a time into equal parts and deals the values out to them. */
export const cutSlices = (
  points: (readonly [number, number, ...unknown[]])[],
  end: number,
  count: number,
): Slice[] => {
  const width = end / count
  const slices = Array.from({ length: count }, (_, index): Slice => ({
    from: index * width,
    to: (index + 1) * width,
    values: [],
  }))
  for (const [time, value] of points) {
    slices[Math.min(count - 1, Math.max(0, Math.floor(time / width)))]?.values.push(value)
  }
  return slices
}

/** Of values in rising order. */
export const rankOf = (sorted: number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!

/** Eight rows say in figures how a plot over time goes. */
export const tableSlices = (
  points: (readonly [number, number, ...unknown[]])[],
  end: number,
  unit: string,
): Markup =>
  markup`<table>
    <thead>
      <tr>
        <th>Seconds</th>
        <th>Values</th>
        <th>P50 ${unit}</th>
        <th>P95 ${unit}</th>
        <th>max ${unit}</th>
      </tr>
    </thead>
    <tbody>
      ${cutSlices(points, end, 8).map(({ from, to, values }) => {
        const sorted = values.toSorted((left, right) => left - right)
        const figures =
          sorted.length === 0
            ? ['-', '-', '-']
            : [0.5, 0.95, 1].map((share) => formatThree(rankOf(sorted, share)))
        return markup`<tr>
          <th>${from.toFixed(1)} to ${to.toFixed(1)}</th>
          <td>${values.length}</td>
          ${figures.map((figure) => markup`<td>${figure}</td>`)}
        </tr>`
      })}
    </tbody>
  </table>`
