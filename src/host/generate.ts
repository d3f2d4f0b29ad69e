import { encodeEvent } from '../contract/generate-event.ts'
import type * as wire from '../contract/wire-types.ts'
import type { Prepared } from '../engine/engine.ts'
import type { EngineEvent } from '../engine/types.ts'
import type { Outlet } from './outlet.ts'

export type Generation = {
  prepared: Prepared
  choices: number
  /** False: no deltas; each `finished` carries its whole choice. */
  stream: boolean
  outlet: Outlet<wire.GenerateEvent>
  signal: AbortSignal
}

/**
 * Runs all choices at once and writes their events in the order in which they happen, each in the tick in which
 * the engine gave it: what one decode step gives to many calls then leaves in one socket write. One choice
 * that fails ends the others; it settles when none of them is in the engine any more.
 */
export async function generate(generation: Generation): Promise<void> {
  const { choices, signal } = generation
  if (choices === 1) return relay(generation, 0, signal)
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const fail = (cause: unknown) => {
    if (!failed.signal.aborted) failed.abort(cause)
  }
  await Promise.all(
    Array.from({ length: choices }, (_, choice) => relay(generation, choice, either).catch(fail)),
  )
  if (failed.signal.aborted) throw failed.signal.reason
}

async function relay(
  { prepared, outlet, stream }: Generation,
  choice: number,
  signal: AbortSignal,
): Promise<void> {
  const whole = { index: choice, text: '', numTokens: 0 }
  for await (const event of prepared.generate(choice, signal)) {
    if (event.type === 'text-delta' && !stream) {
      whole.text += event.text
      whole.numTokens += event.tokens
      continue
    }
    // The choices have one prompt, and Progress does not say whose it is.
    if (event.type === 'prompt-progress' && choice > 0) continue
    // While the caller does not read, the engine merges what it has.
    const room = outlet.write(encode(event, choice, stream ? undefined : whole))
    if (room) await room
  }
}

function encode(event: EngineEvent, choice: number, whole: wire.Delta | undefined): wire.GenerateEvent {
  const encoded = encodeEvent(event, choice)
  if (encoded.finished && whole) encoded.finished.full = whole
  return encoded
}
