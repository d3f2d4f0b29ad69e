/** A thread that carries part of a run's load: nothing that draws or merges can hold it up. */
import { parentPort, workerData } from 'node:worker_threads'
import { setMaxListeners } from 'node:events'
import { toAppError } from '../../src/errors.ts'
import { endpoints } from '../endpoints/registry.ts'
import { createLiveRun, enterPhase, liveCounters } from '../load/live-run.ts'
import { resolvePrompts } from '../prompts/resolve-prompts.ts'
import { createJournal } from '../record/journal.ts'
import { monotonicOffset } from '../wire/monotonic.ts'
import { createLane } from './lane.ts'
import type { ThreadAnswer, ThreadRequest, ThreadTask, ThreadValue } from './messages.ts'

const { options, model, prompts: drawn, share, counters } = workerData as ThreadTask
const port = parentPort!
const post = (answer: ThreadAnswer, transfer: ArrayBuffer[] = []): void => port.postMessage(answer, transfer)

const [stop, giveUp] = [new AbortController(), new AbortController()]
setMaxListeners(0, stop.signal, giveUp.signal)
const live = createLiveRun()
const shared = new Float64Array(counters)
/** Often enough for an eye, and nothing to the loop that measures. */
const sharing = setInterval(() => {
  for (const [index, name] of liveCounters.entries()) shared[index] = live[name]
}, 50)

const offset = monotonicOffset()
const journal = createJournal((block) =>
  post({ answer: 'block', block, offset }, [
    block.rows.buffer as ArrayBuffer,
    block.times.buffer as ArrayBuffer,
  ]),
)

const open = async () => {
  const endpoint = endpoints[options.endpoint]
  const prompts = await resolvePrompts(options.prompts, endpoint, drawn.seed, drawn.nonce)
  return createLane({
    options, model, prompts, share, live, record: journal.record, signal: stop.signal, giveUp: giveUp.signal,
  }) // prettier-ignore
}
const opened = open()
// Whoever asks first learns of a failure.
opened.catch(() => {})

const perform = async (request: ThreadRequest): Promise<ThreadValue | undefined> => {
  if (request.ask === 'stop') stop.abort()
  if (request.ask === 'give-up') giveUp.abort()
  const lane = await opened
  switch (request.ask) {
    case 'stop':
    case 'give-up':
      return undefined
    case 'warm-up':
      enterPhase(live, 'warm-up', { requests: undefined, durationMs: undefined })
      return lane.warmUp()
    case 'floor':
      return lane.floor(request)
    case 'measure': {
      enterPhase(live, 'measuring', { requests: undefined, durationMs: undefined })
      const measured = await lane.measure(request.startAt, request.outputBudget)
      journal.flush()
      return measured
    }
    case 'close':
      clearInterval(sharing)
      await lane.close()
      port.close()
      return undefined
  }
}

port.on('message', (request: ThreadRequest) => {
  perform(request).then(
    (value) => value !== undefined && post({ answer: 'done', value }),
    (cause: unknown) => {
      const { code, message } = toAppError(cause)
      const inside = code === 'internal_error' && cause instanceof Error ? `: ${cause.message}` : ''
      post({ answer: 'failed', code, message: message + inside })
    },
  )
})
