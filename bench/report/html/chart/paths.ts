import type { Point, Series } from './chart.ts'
import { shareOf, type Scale } from './scale.ts'

/** The side of the square that plots are drawn in; the page stretches it to any size. */
export const side = 1000

const place = (value: number): string => String(Math.round(value * 10) / 10)
const across = (scale: Scale, value: number): string => place(shareOf(scale, value) * side)
const down = (scale: Scale, value: number): string => place((1 - shareOf(scale, value)) * side)

/** The `d` of an SVG path. Dots are lines without length: their round caps stay round however the plot is stretched. */
export const drawPath = ({ shape, points }: Series, x: Scale, y: Scale): string => {
  const draw: Record<Series['shape'], (point: Point, index: number) => string> = {
    dots: ([left, up]) => `M${across(x, left)} ${down(y, up)}h.1`,
    squares: ([left, up]) => `M${across(x, left)} ${down(y, up)}h.1`,
    line: ([left, up], index) => `${index === 0 ? 'M' : 'L'}${across(x, left)} ${down(y, up)}`,
    stairs: ([left, up], index) =>
      index === 0 ? `M${across(x, left)} ${down(y, up)}` : `H${across(x, left)}V${down(y, up)}`,
    bars: ([left, up], index) => {
      const right = points[index + 1]?.[0]
      if (right === undefined || up <= 0) return ''
      return `M${across(x, left)} ${side}V${down(y, up)}H${across(x, right)}V${side}Z`
    },
  }
  return points.map(draw[shape]).join('')
}

/** What lies below stairs, to be filled. */
export const drawArea = (series: Series, x: Scale, y: Scale): string => {
  const [first, last] = [series.points[0], series.points.at(-1)]
  if (first === undefined || last === undefined) return ''
  return `M${across(x, first[0])} ${side}L${drawPath(series, x, y).slice(1)}V${side}Z`
}
