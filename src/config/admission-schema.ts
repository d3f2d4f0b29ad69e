import { z } from 'zod'
import { duration } from './duration.ts'
import { byteSize } from './size.ts'

const priority = z.enum(['high', 'normal', 'low'])
const ranking = z.record(z.string().min(1).max(200), priority).default({})

const requests = z.int().min(1).max(1_000_000)

/** The settings that say who runs, who waits and who is refused. */
export const admissionSettings = {
  max_concurrent_requests: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('running requests per model; default: its slots'),
  max_running_total: requests.optional().describe('running requests over all models; default: no limit'),
  queue_size: z.int().min(0).max(1_000_000).default(256).describe('waiting requests per model; more get 429'),
  queue_timeout: duration.default(120_000).describe('longest wait in the queue'),
  queue_share: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe('part of a queue that one key may hold while others wait'),
  max_waiting_total: requests.default(4096).describe('waiting requests over all models; more get 503'),
  max_waiting_bytes: byteSize
    .default(256 * 1024 ** 2)
    .describe('bodies of all waiting requests together; more get 503'),
  priorities: z
    .strictObject({
      default: priority.default('normal'),
      keys: ranking.describe("by a key's public id"),
      users: ranking,
      teams: ranking,
      tenants: ranking,
    })
    .prefault({})
    .describe('who is served first: high, normal or low for keys, users, teams and tenants'),
}
