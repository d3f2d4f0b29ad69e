import type { Health } from './health.ts'
import type { HostedModels } from './hosted-models.ts'

export type Readiness = {
  isDraining(): boolean
  /** Says NOT_SERVING, and still takes requests. */
  withdraw(): void
  /** And takes no new ones. */
  refuse(): void
  /** Until this settles the worker as a whole is not ready. */
  wait<T>(work: Promise<T>): Promise<T>
  update(): void
}

/** What the health service says: taking -> withdrawn -> refusing, never back. */
export function createReadiness(health: Health, models: HostedModels): Readiness {
  let isWithdrawn = false
  let isDraining = false
  let awaited = 0
  function update(): void {
    const canAnswer = models.list().some(({ unloading }) => unloading === undefined)
    health.set('', !isWithdrawn && awaited === 0 ? 'SERVING' : 'NOT_SERVING')
    health.set('llm.v1.Inference', !isWithdrawn && canAnswer ? 'SERVING' : 'NOT_SERVING')
    health.set('llm.v1.Control', isWithdrawn ? 'NOT_SERVING' : 'SERVING')
  }
  function withdraw(): void {
    isWithdrawn = true
    update()
  }
  return {
    isDraining: () => isDraining,
    withdraw,
    refuse() {
      isDraining = true
      withdraw()
    },
    async wait(work) {
      awaited++
      update()
      try {
        return await work
      } finally {
        awaited--
        update()
      }
    },
    update,
  }
}
