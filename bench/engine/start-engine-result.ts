import { readEnvironment } from '../record/environment.ts'
import type { EngineResult } from './engine-result.ts'

/** A document in which nothing is measured yet. */
export const startEngineResult = (file: string, version: string, argv: string[]): EngineResult => ({
  schema: 'sluice.bench.engine',
  schema_version: 1,
  sluice_version: version,
  argv,
  started_at: new Date().toISOString(),
  environment: readEnvironment(),
  interrupted: false,
  model: {
    file,
    architecture: '',
    quantization: null,
    parameters: null,
    size_bytes: 0,
    trained_context_length: 0,
  },
  tests: [],
})
