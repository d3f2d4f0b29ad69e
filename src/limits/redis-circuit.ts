export type CircuitStatus = {
  /** Why Redis is away; null: it is there. */
  away: string | null
  /** Calls and probes that failed. */
  failures: number
}

export type RedisCircuit = {
  status(): CircuitStatus
  /** A call failed or waited too long: nobody asks any more until a probe says otherwise. */
  open(cause: Error): void
  /** Looks at once; resolves when it has looked, whatever it saw. */
  probe(): Promise<void>
  close(): void
}

/** Who may ask Redis. `revive` does what has to be done before the next request asks, and rejects while that cannot be. */
export function createRedisCircuit(options: {
  revive(): Promise<void>
  /** After a probe in vain. */
  onDead(): void
  onChange(away: string | null): void
  probeMs: number
}): RedisCircuit {
  let away: string | null = null
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const probeLater = () => {
    if (!closed) timer = setTimeout(() => void probe(), options.probeMs).unref()
  }
  const open = (cause: Error) => {
    failures += 1
    if (away !== null || closed) return
    away = cause.message
    options.onChange(away)
    probeLater()
  }
  const probe = async () => {
    try {
      await options.revive()
      if (away !== null) {
        away = null
        options.onChange(null)
      }
    } catch (cause) {
      if (away === null) return open(cause as Error)
      failures += 1
      options.onDead()
      probeLater()
    }
  }
  return {
    status: () => ({ away, failures }),
    open,
    probe,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
