import { endpoints } from '../endpoints/registry.ts'
import type { FloorPart, Pace } from '../floor/floor.ts'
import { measureFloor } from '../floor/measure-floor.ts'
import { createPaceTally } from '../floor/pace.ts'
import type { LiveRun } from '../load/live-run.ts'
import { measure, type Measurement } from '../load/measure.ts'
import { warmUp, type WarmUpResult } from '../load/warm-up.ts'
import { widthOf, type BenchOptions } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'
import type { Recorder } from '../record/recorder.ts'
import { openConnections } from '../wire/open-connections.ts'
import { createSender } from '../wire/sender.ts'
import { resolveTarget } from '../wire/target.ts'
import { shareLoad, type Share } from './share.ts'

export type Warmed = {
  result: WarmUpResult
  pace: Pace
  /** Answers came, and none said how many tokens it had. */
  uncounted: boolean
}
export type LaneMeasurement = Measurement & {
  usageRefused: boolean
  resent: number
  openedBefore: number
  openedDuring: number
}

/** One thread's part of a run: connections of its own, its warm-up, its floor and its measurement, in this order. */
export type Lane = {
  warmUp(): Promise<Warmed>
  floor(wanted: { url: string; streams: number; pace: Pace }): Promise<FloorPart>
  /** `startAt`: on the machine's monotonic clock, the same for all lanes. `outputBudget`: as of `MeasureContext`. */
  measure(startAt: number, outputBudget: number): Promise<LaneMeasurement>
  close(): Promise<void>
}

export type LaneContext = {
  /** Of the whole run. */
  options: BenchOptions
  model: string
  prompts: Prompts
  share: Share
  live: LiveRun
  /** Ends sending; `giveUp` ends what is in flight. */
  signal: AbortSignal
  giveUp: AbortSignal
  record: Recorder['record']
}

export const createLane = (context: LaneContext): Lane => {
  const { options: whole, model, prompts, share, live, signal, giveUp, record } = context
  const options = { ...whole, load: shareLoad(whole.load, share) }
  const target = resolveTarget(options.url)
  const endpoint = endpoints[options.endpoint]
  const connections = openConnections(options, target, widthOf(options.load))
  const sender = createSender({ options, endpoint, target, model, connections, live, signal: giveUp })
  return {
    async warmUp() {
      const tally = createPaceTally(options.stream)
      const result = await warmUp({
        options, prompts, share, sender, connections, live, signal, onAttempt: tally.add,
      }) // prettier-ignore
      return { result, pace: tally.pace(), uncounted: tally.uncounted() }
    },
    floor: (wanted) => measureFloor({ ...wanted, signal, giveUp }),
    async measure(startAt, outputBudget) {
      const [openedBefore, resentBefore] = [connections.opened(), sender.resent()]
      let openedForMeasured: number | undefined
      const onCoolDown = (): void => void (openedForMeasured = connections.opened())
      const measured = await measure({
        options, prompts, share, sender, live, signal, record, startAt, outputBudget, onCoolDown,
        width: widthOf(whole.load),
      }) // prettier-ignore
      return {
        ...measured,
        usageRefused: sender.usageRefused(),
        resent: sender.resent() - resentBefore,
        openedBefore,
        openedDuring: (openedForMeasured ?? connections.opened()) - openedBefore,
      }
    },
    close: () => connections.close(),
  }
}
