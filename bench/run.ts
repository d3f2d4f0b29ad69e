import { AppError } from '../src/errors.ts'
import { buildResult } from './build-result.ts'
import { endpoints } from './endpoints/registry.ts'
import { startNullProcess, type NullProcess } from './floor/start-null-process.ts'
import { boundLanes, chooseLanes } from './lanes/choose-lanes.ts'
import { joinLanes } from './lanes/join-lanes.ts'
import type { Lane, LaneContext, LaneMeasurement } from './lanes/lane.ts'
import { closeLanes, openLanes } from './lanes/open-lanes.ts'
import { allFailed, measureLanes, prepareLanes, type LanesRun, type Prepared } from './lanes/run-lanes.ts'
import { createGiveUp } from './load/give-up.ts'
import { maxHeldOutput, startCounting } from './load/start-counting.ts'
import { calibratePrompts } from './load/calibrate.ts'
import { createLiveRun, enterPhase, type LiveRun } from './load/live-run.ts'
import type { BenchOptions } from './options.ts'
import type { Prompts } from './prompts/prompts.ts'
import { resolvePrompts } from './prompts/resolve-prompts.ts'
import { createRecorder, type Recorder } from './record/recorder.ts'
import type { BenchResult } from './result.ts'
import { measureBeside, type ServerSide } from './server-metrics/measure-beside.ts'
import { openConnections } from './wire/open-connections.ts'
import { resolveTarget, type Target } from './wire/target.ts'

export type BenchHooks = {
  /** Stops the run: nothing new is sent, what is in flight gets a few seconds, and the result is marked. */
  signal: AbortSignal
  /** Called once, before anything is sent, with the object that shows how far the run is. */
  onStart?: (live: LiveRun) => void
  /** For the document: which program, called how. Secrets are already out of it. */
  version: string
  argv: string[]
}

/** How long an interrupted run waits for answers before it gives them up. */
const graceMs = 5000

/** Runs one load point. Rejects with an AppError when there is nothing to measure. Prints nothing. */
export const runBench = async (asked: BenchOptions, hooks: BenchHooks): Promise<BenchResult> => {
  const target = resolveTarget(asked.url)
  const live = createLiveRun()
  const { signal } = hooks
  const giveUp = createGiveUp(signal, graceMs)
  const nullServer = startFloor(asked)
  let lanes: Lane[] = []
  try {
    hooks.onStart?.(live)
    const { options, prompts, model } = await preparePrompts(asked, target, signal)
    const recorder = createRecorder(options.goodput)
    const recording = { record: recorder.record }
    const context: Omit<LaneContext, 'share'> = {
      options, model, prompts, signal, giveUp: giveUp.signal, live, record: (...entry) => recording.record(...entry),
    } // prettier-ignore
    const shared = { options, prompts, live, signal }
    const open = (count: number): Lane[] => (lanes = openLanes(context, count))
    const prepared = await prepareFitting(open, shared, nullServer)
    const { measured, serverSide } = await measureCounted(lanes, prepared, shared, {
      target,
      model,
      recording,
    })
    const recorded = recorder.recorded()
    if (lanes.length > 1 || recording.record !== recorder.record)
      recorded.samples.sort((left, right) => left.end - right.end)
    return buildResult({
      ...prepared,
      ...joinLanes(measured.lanes),
      ...serverSide,
      threads: lanes.length,
      startedAt: measured.startedAt,
      recorded,
      options,
      target,
      model,
      prompts,
      interrupted: signal.aborted,
      version: hooks.version,
      argv: hooks.argv,
    })
  } finally {
    live.phase = 'done'
    giveUp.dispose()
    await closeLanes(lanes)
    void nullServer.then((server) => server?.stop())
  }
}

/** With as many lanes as were asked for, or as the floor of one shows to be needed. */
const prepareFitting = async (
  open: (count: number) => Lane[],
  run: LanesRun,
  nullServer: Promise<NullProcess | undefined>,
): Promise<Prepared> => {
  const { options, signal } = run
  const start = options.threads === 'auto' ? 1 : boundLanes(options.threads ?? 1, options)
  const lanes = open(start)
  const prepared = await prepareLanes(lanes, run, nullServer)
  const needed = options.threads === 'auto' ? chooseLanes(prepared.floor, options) : start
  if (needed <= start || signal.aborted) return prepared
  await closeLanes(lanes)
  return prepareLanes(open(needed), run, nullServer)
}

type Measured = { measured: { startedAt: Date; lanes: LaneMeasurement[] }; serverSide: ServerSide }

/** Where answers carry no count of tokens, they are held back and counted after the measurement. */
const measureCounted = async (
  lanes: Lane[],
  { warmed, uncounted }: Prepared,
  run: LanesRun,
  { target, model, recording }: { target: Target; model: string; recording: Pick<Recorder, 'record'> },
): Promise<Measured> => {
  if (allFailed(warmed)) return { measured: { startedAt: new Date(), lanes: [] }, serverSide: {} }
  const { options, signal } = run
  const asker = { options, target, model, signal }
  const counting = uncounted ? await startCounting({ ...asker, record: recording.record }) : undefined
  if (counting !== undefined) recording.record = counting.record
  const result = await measureBeside(asker, () =>
    measureLanes(lanes, run, counting === undefined ? 0 : maxHeldOutput),
  )
  if (counting !== undefined) {
    enterPhase(run.live, 'counting', { requests: undefined, durationMs: undefined })
    await counting.settle(signal.aborted)
  }
  return result
}

type Ready = { options: BenchOptions; prompts: Prompts; model: string }

const preparePrompts = async (asked: BenchOptions, target: Target, signal: AbortSignal): Promise<Ready> => {
  const endpoint = endpoints[asked.endpoint]
  // Once before anything is sent, so that a bad file is told first.
  const { seed, nonce } = await resolvePrompts(asked.prompts, endpoint, asked.sampling.seed)
  const model = asked.model ?? (await pickModel(asked, target))
  const options = { ...asked, prompts: await calibratePrompts({ options: asked, target, model, signal }) }
  return { options, model, prompts: await resolvePrompts(options.prompts, endpoint, seed, nonce) }
}

/** Starts while prompts are read and the warm-up runs. A floor that cannot be measured is left out, and no reason to fail. */
const startFloor = async ({ floor }: BenchOptions): Promise<NullProcess | undefined> =>
  floor === true ? startNullProcess().catch(() => undefined) : undefined

const pickModel = async (options: BenchOptions, target: Target): Promise<string> => {
  const connections = openConnections(options, target, 1)
  try {
    const [first] = await connections.listModels()
    if (first !== undefined) return first
  } finally {
    await connections.close()
  }
  throw new AppError('model_not_found', `${target.baseUrl}/models lists no model; name one with --model`)
}
