import type * as wire from '../../contract/wire-types.ts'

export type Stall = { model: string; stepAgeMs: number }

/** Finds in each report the model that has work and has made no step for so long, and none since the last report. */
export function createStallWatch(stallMs: number): (models: wire.ModelLoad[]) => Stall | undefined {
  let stepsBefore = new Map<string, number>()
  return (models) => {
    const before = stepsBefore
    stepsBefore = new Map(models.map(({ model = '', stepsTotal = 0 }) => [model, stepsTotal]))
    const stuck = models.find(({ model = '', stepsTotal = 0, stepAgeMs = 0, ...load }) => {
      const hasWork = (load.runningRequests ?? 0) + (load.waitingRequests ?? 0) > 0
      return hasWork && stepAgeMs > stallMs && before.get(model) === stepsTotal
    })
    return stuck && { model: stuck.model ?? '', stepAgeMs: stuck.stepAgeMs ?? 0 }
  }
}
