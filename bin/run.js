#!/usr/bin/env node
// Starts the command line. It must parse on any Node that knows modules, so that an old one gets a sentence
// and not a stack trace: no static import but of built-ins, no top-level await.
import { readFileSync } from 'node:fs'

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
    process.stderr.write(`sluice could not start: ${error.message}\n`)
    process.exitCode = 1
  })
}

async function start() {
  const { enableCompileCache } = await import('node:module')
  const { stateFolder } = await import('../dist/src/config/state-folder.js').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error('this checkout is not built yet. Run: npm ci', { cause: error })
  })
  // In the user's own folder: compiled code in a shared temporary folder could be anybody's.
  enableCompileCache(`${stateFolder()}/cache/compile`)
  const { execute } = await import('@oclif/core')
  await execute({ dir: import.meta.url })
}
