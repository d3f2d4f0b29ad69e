// Adds what `npm install` leaves out of package-lock.json when a registry mirror lacks some platforms' binaries:
// without an entry for each optional platform package, `npm ci` refuses the lock file everywhere.
// Run after `npm install`, with nothing to do where the registry is complete. A test keeps the lock complete.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const path = join(import.meta.dirname, '..', 'package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8'))
const systems = {
  android: 'android',
  darwin: 'darwin',
  mac: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
  win: 'win32',
}
const processors = ['arm64', 'arm', 'armv7l', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x']

/** `@oxfmt/binding-linux-x64-musl` -> its system, processor and C library: npm skips it elsewhere. */
function describePlatform(name) {
  const words = name.split('/').at(-1).split('-')
  const system = words.map((word) => systems[word]).find(Boolean)
  const processor = words.find((word) => processors.includes(word))
  if (!system || !processor) throw new Error(`${name} does not say its platform`)
  const libc = words.includes('musl') ? { libc: ['musl'] } : words.includes('gnu') ? { libc: ['glibc'] } : {}
  return { os: [system], cpu: [processor === 'armv7l' ? 'arm' : processor], ...libc }
}

const added = []
for (const { optionalDependencies = {} } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const key = `node_modules/${name}`
    const known = Object.keys(lock.packages).some((place) => place === key || place.endsWith(`/${key}`))
    if (known || !/^\d/.test(version)) continue
    lock.packages[key] = { version, optional: true, ...describePlatform(name) }
    added.push(`${name}@${version}`)
  }
}
const sorted = Object.keys(lock.packages).toSorted()
lock.packages = Object.fromEntries(sorted.map((key) => [key, lock.packages[key]]))
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)
console.log(added.length === 0 ? 'the lock file is complete' : `added ${added.length}: ${added.join(', ')}`)
