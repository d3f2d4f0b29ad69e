import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

type Found = { executablePath: string; env?: Record<string, string | undefined> }

/**
 * A Chromium from the machine, else the one in @sparticuz/chromium, whose package carries it and the five libraries
 * that a bare container lacks: no download at install, no root. That one is for Linux on x64; elsewhere a browser on
 * the PATH (or in SLUICE_TEST_BROWSER) is needed, and undefined says that there is none.
 */
export const findBrowser = async (): Promise<Found | undefined> => {
  const { SLUICE_TEST_BROWSER: named } = process.env
  const installed = named === 'bundled' ? undefined : (named ?? names.map(locate).find(Boolean))
  if (installed !== undefined) return { executablePath: installed }
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const { default: bundled, inflate } = await import('@sparticuz/chromium')
  const entry = fileURLToPath(import.meta.resolve('@sparticuz/chromium'))
  await inflate(join(dirname(entry), '..', 'bin', 'al2023.tar.br'))
  const libraries = join(tmpdir(), 'al2023', 'lib')
  return {
    executablePath: await bundled.executablePath(),
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
  }
}

const locate = (name: string): string | undefined => {
  try {
    const [path] = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' })
      .trim()
      .split('\n')
    return path === '' ? undefined : path
  } catch {
    return undefined
  }
}

/** The sandbox of Chromium needs rights that a container does not give; the page is our own. */
export const startBrowser = ({ executablePath, env }: Found): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--no-sandbox'],
    ...(env !== undefined && { env: env as Record<string, string> }),
  })
