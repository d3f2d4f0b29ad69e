import type { ServerResponse } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Step } from './step.ts'
import { monotonicNow } from '../../src/machine-clock.ts'
import type { Truth } from './truth.ts'

/** Does the steps in order and keeps the time of each output as it is handed to the socket. */
export const play = async (response: ServerResponse, steps: Step[], truth: Truth): Promise<void> => {
  for (const step of steps) {
    if (response.destroyed) return
    if (step.act === 'wait') await setTimeout(step.milliseconds)
    else if (step.act === 'turn') await setImmediate()
    else act(response, step, truth)
  }
}

type Action = Exclude<Step, { act: 'wait' | 'turn' }>

const act = (response: ServerResponse, step: Action, truth: Truth): void => {
  switch (step.act) {
    case 'headers':
      response.writeHead(200, { 'content-type': step.type }).flushHeaders()
      return
    case 'write': {
      const sentAt = monotonicNow()
      response.write(step.stamp?.(sentAt) ?? step.bytes)
      for (let count = 0; count < step.outputs; count += 1) truth.outputs.push(sentAt)
      truth.tokens += step.tokens
      return
    }
    case 'end':
      truth.endedAt = monotonicNow()
      response.end()
      return
    case 'cut':
      // What was written leaves first; then the connection ends without HTTP's own end.
      response.socket?.destroySoon()
      return
    case 'refuse':
      response
        .writeHead(step.status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message: step.message } }))
  }
}
