// Compiles to dist/ and writes oclif's manifest, so that `--help` and every command start without scanning.
// `--if-stale` does nothing when dist/ is newer than every source: npm runs `prepare` more often than one thinks
// (the first `npx sluice` in a checkout does), and a running daemon reads dist/.
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const stamp = join(root, 'dist', '.built')
const sources = [
  'src',
  'commands',
  'bench',
  'scripts',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
]

if (process.argv.includes('--if-stale') && isFresh()) process.exit(0)
compile()
await writeManifest()
writeFileSync(stamp, '')

function isFresh() {
  const built = modified(stamp)
  const files = sources.flatMap((source) => {
    const path = join(root, source)
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { recursive: true }).map((file) => join(path, file))
  })
  return built > 0 && files.every((file) => modified(file) <= built)
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function compile() {
  const require = createRequire(import.meta.url)
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
    cwd: root,
  })
  if (status !== 0) process.exit(1)
}

async function writeManifest() {
  const { Plugin } = await import('@oclif/core')
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true })
  await plugin.load()
  writeFileSync(join(root, 'oclif.manifest.json'), `${JSON.stringify(plugin.manifest)}\n`)
}
