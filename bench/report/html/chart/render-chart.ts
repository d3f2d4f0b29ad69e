import { markup, jsonBlock, raw, type Markup } from '../markup.ts'
import type { Axis, Chart, Marker, Series } from './chart.ts'
import { drawArea, drawPath, side } from './paths.ts'
import { shareOf, type Scale } from './scale.ts'

/** The height of the plot alone; its width is the page's. */
const height = 230

/** A figure: title, legend, an SVG that keeps its text's size at any width, the values for the hover, and a table. */
export const renderChart = (chart: Chart): Markup => {
  const { id, title, text, series, table, wide } = chart
  return markup`<figure class="card chart${wide === true && ' wide'}" data-chart="${id}">
    <figcaption>
      <h3>${title}</h3>
      <p>${text}</p>
    </figcaption>
    ${series.length > 1 && renderLegend(series)}
    <div class="plot" tabindex="0" role="group" aria-label="${title}; arrow keys step through the values">
      ${renderSvg(chart)}
    </div>
    <details class="values">
      <summary>In figures</summary>
      <div class="scroll">${table}</div>
    </details>
    ${jsonBlock(`${id}-data`, encodeValues(chart))}
  </figure>`
}

const renderLegend = (series: Series[]): Markup =>
  markup`<ul class="legend">
    ${series.map(
      ({ name, tone, shape, dash }) =>
        markup`<li class="${tone}">
          <svg class="key ${shape} ${dash}" viewBox="0 0 22 10" aria-hidden="true">
            <path d="${shape === 'dots' || shape === 'squares' ? 'M11 5h.1' : 'M1 5h20'}" /></svg
          >${name}
        </li>`,
    )}
  </ul>`

const renderSvg = (chart: Chart): Markup => {
  const { id, title, text, x, y, series, markers = [], names } = chart
  return markup`<svg class="canvas" height="${height}" role="img" aria-labelledby="${id}-title ${id}-text">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-text">${text}</desc>
    ${renderRows(y)}${renderColumns(x)}
    <svg
      class="data"
      width="100%"
      height="${height}"
      viewBox="0 0 ${side} ${side}"
      preserveAspectRatio="none"
    >
      ${series.map((each) => renderSeries(each, x.scale, y.scale))}
    </svg>
    ${names !== undefined && renderNames(names, series[0]!, x.scale, y.scale)}
    ${markers.map((marker, index) => renderMarker(marker, index, x.scale))}
    <g class="focus" hidden>
      <line y1="0" y2="${height}" />
      <circle r="5" />
    </g>
  </svg>`
}

const renderRows = ({ scale, unit }: Axis): Markup =>
  markup`<g class="rows"
      >${scale.ticks.map((tick) => {
        const at = Math.round((1 - shareOf(scale, tick.value)) * height * 10) / 10
        return markup`<line x1="0" x2="100%" y1="${at}" y2="${at}" /><text x="-8" y="${at + 4}"
            >${tick.label}</text
          >`
      })}</g
    ><text class="unit" x="-44" y="-10">${unit}</text>`

/** Characters of a label for which the room below is meant. */
const usualLabel = 4

const renderColumns = ({ scale, label, unit }: Axis): Markup => {
  const places = scale.ticks.map(({ value }) => shareOf(scale, value) * 100)
  let last = -100
  return markup`<g class="columns"
      >${scale.ticks.map((tick, index) => {
        const at = places[index]!
        // Labels that would touch on a narrow screen are left out there, or everywhere.
        const room = (at - last) / Math.max(1, tick.label.length / usualLabel)
        if (room < 5)
          return markup`<line
            x1="${at.toFixed(2)}%"
            x2="${at.toFixed(2)}%"
            y1="${height}"
            y2="${height + 4}"
          />`
        last = at
        return markup`<line
            x1="${at.toFixed(2)}%"
            x2="${at.toFixed(2)}%"
            y1="${height}"
            y2="${height + 5}"
          /><text class="${room < 11 && 'narrow-out'}" x="${at.toFixed(2)}%" y="${height + 18}"
            >${tick.label}</text
          >`
      })}</g
    ><text class="caption" x="100%" y="${height + 36}">${label}${unit !== '' && `, ${unit}`}</text>`
}

const renderSeries = (series: Series, x: Scale, y: Scale): Markup => {
  const { shape, tone, dash, name } = series
  const area =
    shape === 'stairs' ? markup`<path class="area ${tone}" d="${raw(drawArea(series, x, y))}" />` : ''
  // Few values on a line are measurements; a line alone would hide where they are.
  const knots =
    shape === 'line' && series.points.length <= 12
      ? markup`<path class="knots ${tone}" d="${raw(drawPath({ ...series, shape: 'dots' }, x, y))}" />`
      : ''
  return markup`${area}${knots}<path
      class="${shape} ${tone} ${dash}"
      data-series="${name}"
      d="${raw(drawPath(series, x, y))}"
    />`
}

/** Labels stand one below the other, on the side where there is room. */
const renderMarker = ({ x, label }: Marker, index: number, scale: Scale): Markup => {
  const share = shareOf(scale, x)
  const at = `${(share * 100).toFixed(2)}%`
  const side = share > 0.7 ? 'left' : 'right'
  return markup`<g class="marker"
    ><line x1="${at}" x2="${at}" y1="0" y2="${height}" /><text
      class="${side}"
      x="${at}"
      y="${12 + index * 15}"
      dx="${share > 0.7 ? -6 : 6}"
      >${label}</text
    ></g
  >`
}

/** Above its point, and to the left of it where the plot ends. */
const renderNames = (names: string[], { points }: Series, x: Scale, y: Scale): Markup =>
  markup`<g class="names"
    >${points.map(([left, up], index) => {
      const share = shareOf(x, left)
      const at = Math.round((1 - shareOf(y, up)) * height * 10) / 10
      return markup`<text
          text-anchor="${share > 0.9 ? 'end' : 'start'}"
          x="${(share * 100).toFixed(2)}%"
          y="${at}"
          dx="${share > 0.9 ? -7 : 7}"
          dy="-7"
          >${names[index]}</text
        >`
    })}</g
  >`

/** What the page's script needs to find the value under the pointer. */
const encodeValues = ({ x, y, series }: Chart): object => {
  const axis = ({ label, unit, scale: { kind, min, max } }: Axis) => ({ label, unit, kind, min, max })
  return {
    x: axis(x),
    y: axis(y),
    series: series.map(({ name, tone, shape, points }) => ({
      name,
      tone,
      shape,
      points: points.map(([left, up, note]) =>
        note === undefined ? [short(left), short(up)] : [short(left), short(up), note],
      ),
    })),
  }
}

const short = (value: number): number => Number(value.toPrecision(6))
