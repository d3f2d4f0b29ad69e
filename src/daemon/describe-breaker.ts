import { encodeError } from '../protocols/control/encode-error.ts'
import type { BreakerView } from '../protocols/control/types.ts'
import type { BreakerView as Breaker } from '../routing/replica-guard.ts'

export const describeBreaker = (breaker: Breaker | undefined): BreakerView => ({
  state: breaker?.state ?? 'closed',
  retry_in_ms: breaker?.retryInMs ?? 0,
  error: breaker?.lastError ? encodeError(breaker.lastError) : null,
})
