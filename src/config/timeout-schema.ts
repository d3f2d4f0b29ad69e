import { z } from 'zod'
import { duration } from './duration.ts'

/** Node's timers hold 24.8 days and fire at once beyond. */
const longestMs = 2_147_483_647
const limit = duration.refine((ms) => ms <= longestMs, 'use 24d or less')
const positive = limit.refine((ms) => ms >= 1, 'use 1ms or more')

const breakerSchema = z
  .strictObject({
    enabled: z.boolean().default(true),
    failures: z.int().min(1).max(100_000).default(5).describe('opens at so many failures in a row'),
    failure_rate: z
      .number()
      .gt(0)
      .max(1)
      .default(0.5)
      .describe('opens at this share of failures within the window'),
    minimum_requests: z.int().min(1).max(1_000_000).default(20).describe('fewer say nothing about a share'),
    window: positive.default(60_000),
    open_time: positive.default(10_000).describe('doubles with each probe that fails'),
    longest_open_time: positive.default(300_000),
  })
  .refine(({ open_time, longest_open_time }) => open_time <= longest_open_time, {
    message: 'open_time is longer than longest_open_time',
    path: ['open_time'],
  })

/** How long what may take, and what happens to a worker that keeps failing. */
export const timeoutSettings = {
  request_timeout: limit
    .default(3_600_000)
    .describe('longest time for a whole request: load, queue, retries and answer; 0: no limit'),
  load_timeout: limit.default(600_000).describe('longest wait for a model to load; 0: no limit'),
  connect_timeout: positive.default(5000).describe('longest wait for a running worker to answer'),
  first_token_timeout: limit
    .default(0)
    .describe('longest wait of a worker for its first text; then another one is asked; 0: no limit'),
  idle_timeout: limit
    .default(600_000)
    .describe('longest silence in mid-answer; then the answer ends with an error; 0: no limit'),
  retry_budget: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('share of the requests that may be sent to a second worker while the first still runs'),
  breaker: breakerSchema.prefault({}).describe('when a worker that keeps failing is left alone for a while'),
}
