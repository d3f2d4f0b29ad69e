import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BenchResult } from '../bench/result.ts'
import { findBrowser, startBrowser } from './browser.ts'
import { createSandbox, type Ran, type Sandbox } from './sandbox.ts'

const found = await findBrowser()
if (found === undefined) {
  process.stderr.write('\nSKIPPED: tests/bench-report.test.ts opens reports in a browser, and there is none: put chromium or google-chrome on the PATH, or name one in SLUICE_TEST_BROWSER\n') // prettier-ignore
}
/** A machine that checks for everybody must not skip anything. */
const skipped = found === undefined && process.env.CI === undefined

let sandbox: Sandbox
let browser: Browser
let single: Ran
beforeAll(async () => {
  if (skipped) return
  if (found === undefined) throw new Error('CI is set, and there is no browser to open the report in')
  sandbox = createSandbox()
  browser = await startBrowser(found)
  const files = ['--junit', join(sandbox.home, 'out.xml'), '--html', join(sandbox.home, 'out.html'), '--json', join(sandbox.home, 'out.json')] // prettier-ignore
  single = await sandbox.sluice(
    'bench',
    '--concurrency',
    '16',
    '--requests',
    '64',
    '--max-tokens',
    '48',
    '--fail-if',
    'ttft_p99>20000',
    ...files,
  )
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await sandbox?.remove()
})

type Opened = { page: Page; complaints: string[] }

/** Whatever the page says on its console, throws, or tries to fetch. */
const open = async (
  file: string,
  width: number,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<Opened> => {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`)
  })
  await page.goto(pathToFileURL(join(sandbox.home, file)).href)
  return { page, complaints }
}

/** How far a page can be scrolled to the side. */
const overhang = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')

test.skipIf(skipped)('bench writes a page and JUnit from one call, in a fresh state folder', () => {
  // 10: a machine that is busy with other tests may have measured itself, and says so.
  expect([0, 10], single.stderr).toContain(single.code)
  expect(readFileSync(join(sandbox.home, 'out.xml'), 'utf8')).toContain('name="not ttft_p99&gt;20000"/>')
})

test.skipIf(skipped)(
  'the page opens by itself: every plot drawn, nothing fetched, nothing to complain of',
  async () => {
    const { page, complaints } = await open('out.html', 1280)
    const result = JSON.parse(readFileSync(join(sandbox.home, 'out.json'), 'utf8')) as BenchResult
    expect(await page.locator('h1').textContent()).toBe(result.target.model)
    expect(await page.locator('.badge').first().textContent()).toContain(result.verdict.status)
    const paths = await page.locator('svg.data > path[data-series]').evaluateAll((all) => all.map((path) => path.getAttribute('d')!.length)) // prettier-ignore
    expect(await page.locator('.chart').count()).toBe(8)
    expect(paths.length).toBeGreaterThanOrEqual(8)
    expect(Math.min(...paths)).toBeGreaterThan(20)
    // Each dot of the first plot is a request.
    const dots = await page.locator('path.dots').first().getAttribute('d')
    expect(dots!.match(/M/g)).toHaveLength(result.requests.succeeded)
    expect(await overhang(page)).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  },
)

test.skipIf(skipped)(
  'pointing at a plot, or stepping through it with the keys, shows the value',
  async () => {
    const { page, complaints } = await open('out.html', 1280)
    const result = JSON.parse(readFileSync(join(sandbox.home, 'out.json'), 'utf8')) as BenchResult
    const plot = page.locator('.plot').first()
    const tip = plot.locator('.tip')
    expect(await tip.isVisible()).toBe(false)
    await plot.hover()
    expect(await tip.textContent()).toMatch(/(TTFT|median): [\d,.]+ ms/)
    await page.mouse.move(0, 0)
    expect(await tip.isVisible()).toBe(false)
    await plot.focus()
    await page.keyboard.press('ArrowRight')
    // The first from the left, and of those that were sent together the slowest.
    expect(await tip.textContent()).toMatch(/^TTFT: .* ms/)
    const starts = result.samples.map(({ start }) => start)
    expect(Math.min(...starts)).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  },
)

test.skipIf(skipped)('dark where the system is dark, and at a press of the button', async () => {
  const background = 'getComputedStyle(document.documentElement).backgroundColor'
  const { page } = await open('out.html', 1280, 'dark')
  const dark = await page.evaluate(background)
  await page.locator('#theme').click()
  const light = await page.evaluate(background)
  expect([dark, light]).toEqual(['rgb(14, 20, 25)', 'rgb(243, 246, 248)'])
  await page.close()
})

test.skipIf(skipped)('a sweep, on a telephone: nothing to scroll to the side, levels fold open', async () => {
  const ran = await sandbox.sluice('bench', '--concurrency', '1,2,4', '--requests', '12', '--max-tokens', '8', '--html', join(sandbox.home, 'sweep.html')) // prettier-ignore
  expect([0, 10], ran.stderr).toContain(ran.code)
  const { page, complaints } = await open('sweep.html', 400)
  expect(await page.locator('[data-chart="sweep-tokens"] path.line').getAttribute('d')).toMatch(
    /^M0 .*L333.3 .*L1000 /,
  )
  for (const level of await page.locator('details.level > summary').all()) await level.click()
  for (const figures of await page.locator('details.values > summary').all()) await figures.click()
  expect(await overhang(page)).toBe(0)
  expect(complaints).toEqual([])
  await page.close()
})

test.skipIf(skipped)('sessions that arrive on a schedule: each turn counted, and drawn', async () => {
  const file = join(sandbox.home, 'sessions.json')
  const words = [
    '--request-rate',
    '5',
    '--turns',
    '3',
    '--think-time',
    '5ms-20ms',
    '--requests',
    '12',
    '--max-tokens',
    '8',
  ]
  const ran = await sandbox.sluice(
    'bench',
    ...words,
    '--json',
    file,
    '--html',
    join(sandbox.home, 'sessions.html'),
  )
  expect([0, 10], ran.stderr).toContain(ran.code)
  const { turns, requests, dispatch } = JSON.parse(readFileSync(file, 'utf8')) as BenchResult
  expect(requests).toMatchObject({ sent: 12, succeeded: 12 })
  expect(dispatch!.scheduled).toBe(4)
  expect(turns!.map((turn) => turn.requests)).toEqual([4, 4, 4])
  const { page, complaints } = await open('sessions.html', 400, 'dark')
  for (const [chart, lines] of [
    ['ttft', 2],
    ['prompt', 2],
  ] as const) {
    expect(await page.locator(`[data-chart="run-turn-${chart}"] path.line`).count()).toBe(lines)
  }
  expect(await overhang(page)).toBe(0)
  expect(complaints).toEqual([])
  await page.close()
})

test.skipIf(skipped)('without scripts the page still shows everything but the hover', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(pathToFileURL(join(sandbox.home, 'out.html')).href)
  expect(await page.locator('path.dots').first().isVisible()).toBe(true)
  expect(await page.locator('#theme').isVisible()).toBe(false)
  await context.close()
})
