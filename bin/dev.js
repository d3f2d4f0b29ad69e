#!/usr/bin/env node
// Runs commands/*.ts as they are: Node strips the types, so there is no build and no tsx.
import { resolve } from 'node:path'
import { execute, settings } from '@oclif/core'
import manifest from '../package.json' with { type: 'json' }

settings.enableAutoTranspile = false
manifest.oclif.commands = './commands'
await execute({
  development: true,
  // The built manifest may be older than a command that is being written.
  loadOptions: { root: resolve(import.meta.dirname, '..'), pjson: manifest, ignoreManifest: true },
})
