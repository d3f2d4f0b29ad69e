import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'

/** Milliseconds of the machine's clock: the same in every process and thread; `performance.now()` is not. */
export const monotonicNow = (): number => Number(process.hrtime.bigint()) / 1e6

/** Set by who wants events stamped: the name of the clock that he reads. */
export const stampHeader = 'x-sluice-stamp'

/**
 * Names the monotonic clock that this process reads (`CLOCK_MONOTONIC`; `process.hrtime`): equal names, the same clock,
 * in containers too. It is of one boot and one time namespace. Undefined where the system tells no such thing, which is
 * anywhere but on Linux.
 */
export const nameMachineClock = (): string | undefined => {
  if (known === undefined) known = { name: readName() }
  return known.name
}

let known: { name: string | undefined } | undefined

const readName = (): string | undefined => {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // Hashed: a server of somebody else's is told nothing of this machine.
    return createHash('sha256').update(`${boot} ${readTimeNamespace()}`).digest('hex').slice(0, 32)
  } catch {
    return undefined
  }
}

/** Kernels before 5.6 have none. */
const readTimeNamespace = (): string => {
  try {
    return readlinkSync('/proc/self/ns/time')
  } catch {
    return ''
  }
}
