#!/usr/bin/env node
// Starts the command line. It must parse on any Node that knows modules, so that an old one gets a sentence
// and not a stack trace: no static import but of built-ins, no top-level await.
import { mkdirSync, readFileSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)
const words = process.argv.slice(2)

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `sluice needs Node 22.19 or newer; this is ${process.version}. In a checkout, npm ci brings Node 24: use npx sluice.\n`,
  )
  process.exitCode = 1
} else if (words.length === 1 && (words[0] === '--version' || words[0] === '-v' || words[0] === 'version')) {
  // Answered before oclif loads: a script that asks for the version should not wait for a framework.
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  process.stdout.write(`sluice/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
} else {
  start().catch((error) => {
    process.stderr.write(`sluice: ${error.message}\n`)
    process.exitCode = error.exitCode ?? 1
  })
}

async function start() {
  const { enableCompileCache } = await import('node:module')
  const { statePaths } = await import('../dist/src/config/state-folder.js').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error('this checkout is not built yet. Run: npm ci', { cause: error })
  })
  const paths = statePaths()
  // In the user's own folder: compiled code in a shared temporary folder could be anybody's.
  try {
    mkdirSync(paths.folder, { recursive: true, mode: 0o700 })
  } catch {
    // Whoever needs to write there will say so.
  }
  enableCompileCache(`${paths.folder}/cache/compile`)
  if (words[0] === 'status' && words.slice(1).every((word) => word === '--json')) return answerStatus(paths)
  const { execute } = await import('@oclif/core/execute')
  await execute({ dir: import.meta.url })
}

/** Scripts ask for the status often, so it does not wait for the framework either (measured: 2.5 times as long). */
async function answerStatus(paths) {
  const { findDaemon } = await import('../dist/src/client/find-daemon.js')
  const found = await findDaemon(paths.daemon)
  if (!found) process.exitCode = 3
  if (words.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ running: found !== undefined, ...found?.status }, null, 2)}\n`)
    return
  }
  const { describeStatus } = await import('../dist/src/cli/describe-status.js')
  process.stdout.write(`${describeStatus(found?.status)}\n`)
}
