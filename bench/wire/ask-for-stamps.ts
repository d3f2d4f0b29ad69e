import { hostname, networkInterfaces } from 'node:os'
import { isLoopback } from '../../src/is-loopback.ts'
import { nameMachineClock, stampHeader } from '../../src/machine-clock.ts'
import type { Target } from './target.ts'

/**
 * Asks a server on this machine to stamp its events. Our daemon does where it reads the clock that is named; others
 * ignore the header, and those elsewhere are not sent it.
 */
export const askForStamps = ({ origin }: Target): Record<string, string> => {
  const clock = isHere(new URL(origin).hostname) ? nameMachineClock() : undefined
  return clock === undefined ? {} : { [stampHeader]: clock }
}

const isHere = (host: string): boolean => {
  const address = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (isLoopback(address) || address.endsWith('.localhost') || address === hostname().toLowerCase())
    return true
  return Object.values(networkInterfaces()).some((all) => all?.some((each) => each.address === address))
}
