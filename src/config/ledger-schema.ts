import { z } from 'zod'
import { duration } from './duration.ts'
import { byteSize } from './size.ts'

/** The settings of the ledger: what is recorded about requests, and for how long. */
export const ledgerSettings = {
  audit: z
    .boolean()
    .default(true)
    .describe('keep one row per request; without, usage is still added up and events are kept'),
  audit_bodies: z
    .boolean()
    .default(false)
    .describe('keep prompts and answers too, without addresses, keys and card numbers'),
  audit_retention: duration
    .default(90 * 86_400_000)
    .describe('how long rows of requests are kept; 0: for ever'),
  audit_max_rows: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(10_000_000)
    .describe('most rows of requests, of which the oldest go first; 0: no limit'),
  events_retention: duration.default(90 * 86_400_000).describe('how long events are kept; 0: for ever'),
  journal_limit: byteSize
    .refine((bytes) => bytes >= 1024 ** 2, 'use 1MiB or more')
    .default(1024 ** 3)
    .describe('most bytes that wait on the disk while the store is away; then rows are dropped and counted'),
}
