/**
 * Takes the picture of a report's page that the documentation shows:
 *
 *   npm run docs:report-image                      measures the bundled model, and writes it when the run is VALID
 *   npm run docs:report-image -- result.json       shows a saved result instead
 *   npm run docs:report-image -- result.json --out x.png --width 400 --full --dark --open --any
 *
 * `--full` takes the whole page, `--open` unfolds the loads of a sweep, and `--any` a run that is not VALID too.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { readRuns } from '../bench/compare/read-run.ts'
import { renderPage } from '../bench/report/html/page.ts'
import type { BenchResult } from '../bench/result.ts'
import { findBrowser, startBrowser } from '../tests/browser.ts'
import { createSandbox, root } from '../tests/sandbox.ts'

/** What fits a README: the verdict, the figures, latencies over time and the first distributions. */
const height = 1580

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: join(root, 'docs', 'images', 'bench-report.png') },
    width: { type: 'string', default: '1200' },
    full: { type: 'boolean', default: false },
    dark: { type: 'boolean', default: false },
    open: { type: 'boolean', default: false },
    any: { type: 'boolean', default: false },
  },
})

const measure = async (): Promise<BenchResult[]> => {
  const sandbox = createSandbox()
  try {
    const file = join(sandbox.home, 'result.json')
    const load = ['--concurrency', '4', '--requests', '600', '--max-tokens', '64']
    const ran = await sandbox.sluice('bench', ...load, '--fail-if', 'ttft_p99>1000', '--json', file)
    process.stderr.write(ran.stdout + ran.stderr)
    const results = await readRuns(file)
    // Where the file lay on this machine is nobody's business.
    return results.map((result) => ({ ...result, argv: result.argv.slice(0, -2) }))
  } finally {
    await sandbox.remove()
  }
}

const photograph = async (results: BenchResult[]): Promise<Buffer> => {
  const found = await findBrowser()
  if (found === undefined) throw new Error('there is no browser: put chromium on the PATH')
  const folder = mkdtempSync(join(tmpdir(), 'sluice-image-'))
  const browser = await startBrowser(found)
  try {
    const file = join(folder, 'report.html')
    writeFileSync(file, renderPage(results))
    const viewport = { width: Number(values.width), height }
    const page = await browser.newPage({ viewport, colorScheme: values.dark ? 'dark' : 'light' })
    await page.goto(pathToFileURL(file).href)
    if (values.open) {
      for (const level of await page.locator('details.level > summary').all()) await level.click()
    }
    return await page.screenshot({ fullPage: values.full })
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const [file] = positionals
const results = file === undefined ? await measure() : await readRuns(file)
const flaws = results.filter(({ verdict }) => verdict.status !== 'VALID')
if (flaws.length > 0 && !values.any) {
  console.error(
    `not written: the run is ${flaws[0]!.verdict.status}; try again on a quiet machine, or give --any`,
  )
  process.exitCode = 1
} else {
  writeFileSync(values.out, await photograph(results))
  console.log(values.out)
}
