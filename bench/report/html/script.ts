/**
 * The page's whole script: the value under the pointer or the arrow keys, the theme button, and printing with
 * everything open. Without it the page only loses these. Plain JavaScript, as browsers of 2024 read it.
 */
export const script = `
'use strict'
const stretch = (kind, value) =>
  kind === 'log' ? Math.log10(Math.max(value, 1e-6)) : kind === 'nines' ? -Math.log10(Math.max(1 - value, 1e-9)) : value
const share = (axis, value) => {
  const low = stretch(axis.kind, axis.min), high = stretch(axis.kind, axis.max)
  return high > low ? Math.min(1, Math.max(0, (stretch(axis.kind, value) - low) / (high - low))) : 0.5
}
const write = (axis, value) =>
  axis.kind === 'nines'
    ? 'P' + Number((value * 100).toPrecision(6))
    : Number(value.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 4 }) + (axis.unit ? ' ' + axis.unit : '')

const start = (figure) => {
  const plot = figure.querySelector('.plot'), canvas = plot.querySelector('.canvas'), focus = canvas.querySelector('.focus')
  const chart = JSON.parse(document.getElementById(figure.dataset.chart + '-data').textContent)
  const values = chart.series.flatMap((series) =>
    series.points.slice(0, series.shape === 'bars' ? -1 : undefined).map((point, index) => {
      const next = series.shape === 'bars' ? series.points[index + 1][0] : point[0]
      const left = share(chart.x, point[0]), right = share(chart.x, next)
      return { series, point, next, x: (left + right) / 2, y: 1 - share(chart.y, point[1]) }
    }))
  const order = values.map((_, index) => index).sort((a, b) => values[a].x - values[b].x || values[a].y - values[b].y)
  const tip = document.createElement('div')
  tip.className = 'tip'
  tip.hidden = true
  tip.setAttribute('role', 'status')
  plot.append(tip)
  const dotted = chart.series.some(({ shape }) => shape === 'dots')
  let at = -1

  const line = (name, text) => {
    const element = document.createElement(name)
    element.textContent = text
    return element
  }
  const show = (index) => {
    at = index
    const { series, point, next, x, y } = values[index]
    const box = canvas.getBoundingClientRect(), frame = plot.getBoundingClientRect()
    const left = x * box.width, top = y * box.height
    focus.removeAttribute('hidden')
    focus.setAttribute('class', 'focus ' + series.tone)
    const [rule, dot] = [focus.querySelector('line'), focus.querySelector('circle')]
    rule.setAttribute('x1', left)
    rule.setAttribute('x2', left)
    dot.setAttribute('cx', left)
    dot.setAttribute('cy', top)
    const where = series.shape === 'bars' ? write(chart.x, point[0]) + ' to ' + write(chart.x, next) : write(chart.x, point[0])
    tip.replaceChildren(
      line('b', series.name + ': ' + write(chart.y, point[1])),
      line('span', (chart.x.kind === 'nines' ? '' : chart.x.label + ' ') + where),
      ...(point[2] ? [line('span', point[2])] : []))
    tip.hidden = false
    const room = frame.width - tip.offsetWidth - 4
    tip.style.left = Math.max(4, Math.min(room, left + box.left - frame.left - tip.offsetWidth / 2)) + 'px'
    const above = top + box.top - frame.top - tip.offsetHeight - 14
    tip.style.top = (above < 0 ? top + box.top - frame.top + 16 : above) + 'px'
  }
  const hide = () => {
    at = -1
    tip.hidden = true
    focus.setAttribute('hidden', '')
  }
  const nearest = (event) => {
    const box = canvas.getBoundingClientRect()
    const pointerX = event.clientX - box.left, pointerY = event.clientY - box.top
    // Bars and lines are read along x; of dots the closest one is meant.
    let best = -1, least = Infinity
    values.forEach(({ series, x, y }, index) => {
      const across = x * box.width - pointerX, down = y * box.height - pointerY
      const weight = series.shape === 'bars' ? 0.001 : dotted ? 1 : 0.05
      const distance = across * across + weight * down * down
      if (distance < least) [best, least] = [index, distance]
    })
    return best
  }
  plot.addEventListener('pointermove', (event) => {
    const found = nearest(event)
    if (found >= 0) show(found)
  })
  plot.addEventListener('pointerleave', hide)
  plot.addEventListener('blur', hide)
  plot.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (event.key === 'Escape') hide()
    if (!step || values.length === 0) return
    event.preventDefault()
    const place = at < 0 ? (step > 0 ? -1 : order.length) : order.indexOf(at)
    show(order[Math.max(0, Math.min(order.length - 1, place + step))])
  })
}
document.querySelectorAll('[data-chart]').forEach(start)

const button = document.querySelector('#theme')
const isDark = () => (document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark'
const name = () => { button.textContent = isDark() ? 'Light' : 'Dark' }
button.hidden = false
button.addEventListener('click', () => {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark'
  name()
})
name()

let closed = []
addEventListener('beforeprint', () => {
  closed = [...document.querySelectorAll('details.level:not([open])')]
  closed.forEach((level) => { level.open = true })
})
addEventListener('afterprint', () => closed.forEach((level) => { level.open = false }))
`
