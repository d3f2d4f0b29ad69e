import { turn, wait, type Step } from './step.ts'

/** Each byte of the answer in a write of its own. Truth is the last byte: before it the event is not complete. */
export const splitEverywhere = (steps: Step[]): Step[] =>
  steps.flatMap((step) => {
    if (step.act !== 'write') return [step]
    return Array.from(step.bytes, (_, index): Step[] => {
      const last = index === step.bytes.length - 1
      return [
        {
          ...step,
          bytes: step.bytes.subarray(index, index + 1),
          outputs: last ? step.outputs : 0,
          tokens: last ? step.tokens : 0,
        },
        turn,
      ]
    }).flat()
  })

/** Long enough for the other side to read the first part by itself. */
const pauseMs = 2

/**
 * Cuts each write with output in two, one byte further each time; `serial` goes on where the last answer stopped.
 * `kinds`: writes repeat after so many, and each kind has to be cut at each of its bytes.
 */
export const splitInTwo = (steps: Step[], serial: number, kinds: number): Step[] => {
  const writes = steps.filter((step) => step.act === 'write' && step.outputs > 0).length
  let written = 0
  return steps.flatMap((step): Step[] => {
    if (step.act !== 'write' || step.outputs === 0) return [step]
    const turns = serial * Math.floor(writes / kinds) + Math.floor(written / kinds)
    const at = (turns % (step.bytes.length - 1)) + 1
    written += 1
    return [
      { ...step, bytes: step.bytes.subarray(0, at), outputs: 0, tokens: 0 },
      wait(pauseMs),
      { ...step, bytes: step.bytes.subarray(at) },
    ]
  })
}
