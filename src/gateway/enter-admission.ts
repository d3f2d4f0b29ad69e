import type { Admission } from '../admission/admission.ts'
import type { Call } from './call.ts'

/** Waits for a place in a model, and tells the caller where he stands in the meantime. */
export function enterAdmission(admission: Admission, call: Call, units: number): Promise<() => void> {
  const { principal, priority, bodyBytes: bytes, deadline, signal } = call
  return admission.enter({
    units,
    key: principal.id,
    priority,
    bytes,
    deadline,
    signal,
    onWait(place) {
      call.progress = () => `queued ${place()}`
    },
  })
}
