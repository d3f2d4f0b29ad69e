import type { IncomingHttpHeaders } from 'node:http'
import { monotonicNow, nameMachineClock, stampHeader } from '../machine-clock.ts'
import type { ServerEvent } from '../protocols/protocol.ts'

/** Only for a caller who reads the same clock: on another machine the stamps would mean nothing. */
export const wantsStamps = (headers: IncomingHttpHeaders): boolean => {
  const clock = headers[stampHeader]
  return clock !== undefined && clock === nameMachineClock()
}

/** JSON has no such character as it is: in its texts it is escaped. */
const blank = '\0'

/** Room for a stamp in an event's object. The time is not known yet: the event waits for others to leave with. */
export const addBlank = (event: ServerEvent): ServerEvent =>
  event.data.startsWith('{"') ? { ...event, data: `{"sent_ms":${blank},${event.data.slice(1)}` } : event

/** Now they leave: milliseconds of the machine's monotonic clock. */
export const fillBlanks = (text: string): string => text.replaceAll(blank, String(monotonicNow()))
