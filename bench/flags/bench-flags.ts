import type { InferredFlags } from '@oclif/core/interfaces'
import * as Flags from '@oclif/core/flags'
import { familiarFlags } from './familiar-flags.ts'
import { gateFlags } from './gate-flags.ts'
import { loadFlags } from './load-flags.ts'
import { outputFlags } from './output-flags.ts'
import { promptFlags } from './prompt-flags.ts'
import { reportFlags } from './report-flags.ts'
import { requestFlags } from './request-flags.ts'
import { serverFlags } from './server-flags.ts'
import { sessionFlags } from './session-flags.ts'
import { sweepFlags } from './sweep-flags.ts'
import { targetFlags } from './target-flags.ts'
import { wireFlags } from './wire-flags.ts'

/** Every flag of `sluice bench`. */
export const benchFlags = {
  ...targetFlags,
  ...serverFlags,
  ...loadFlags,
  ...sessionFlags,
  ...sweepFlags,
  ...promptFlags,
  ...requestFlags,
  ...wireFlags,
  ...gateFlags,
  json: Flags.string({
    helpGroup: 'REPORT',
    helpValue: 'FILE|-',
    description: 'write the result as JSON; with - to stdout, and the report to stderr',
  }),
  ...reportFlags,
  ...outputFlags,
  ...familiarFlags,
}

/** The flags as they were typed. */
export type BenchFlags = InferredFlags<typeof benchFlags>
