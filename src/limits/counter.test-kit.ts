import { kinds, type Charge, type Counter, type Resource } from './limit-store.ts'

let made = 0

/** A counter that no other test knows. */
export function createCounter(resource: Resource, limit: number): Counter {
  const whose = `key test-${(made += 1)}`
  return { id: `${resource}:${process.pid}-${made}`, resource, kind: kinds[resource], whose, limit }
}

export const one = (counter: Counter, amount = 1): Charge[] => [{ counter, amount }]
