/** What a step works on: its tokens, and whether prompt tokens are among them. */
export type StepShape = { rows: number; prefill: boolean }

export type StepTimes = {
  /** Milliseconds that a step should take, inferred from steps of another shape if need be. */
  expect(shape: StepShape, threads: number): number | undefined
  /** Whether steps of this very shape have run with so many threads. */
  knows(shape: StepShape, threads: number): boolean
  record(shape: StepShape, threads: number, milliseconds: number): void
}

type Estimate = { perRow: number; samples: number; at: number }
type Bucket = { shape: StepShape; steps: number; byThreads: Map<number, Estimate> }

/** A sample counts a tenth, so noise of ten per cent in the steps leaves two in the estimate. */
const memory = 10
/** After so many steps without one of its own, an estimate is old. */
const oldAfter = 4
/** One hiccup is no trend: a sample counts as at most so many times the estimate. */
const mostSurprise = 3

/** Shapes further apart, in octaves of rows, say nothing of each other: the more rows, the more threads are of use. */
const mostDistance = 1.5

/**
 * Decayed means of step times by shape and thread count. An old estimate, or one of a single step, gives way at
 * once to a better sample and half to a worse one: if that was too kind, the next steps will tell, while a count
 * that looks bad is seldom tried.
 */
export function createStepTimes(): StepTimes {
  const buckets = new Map<number, Bucket>()

  const find = (shape: StepShape) => buckets.get(keyOfShape(shape))

  function record(shape: StepShape, threads: number, milliseconds: number): void {
    const bucket = find(shape) ?? { shape, steps: 0, byThreads: new Map<number, Estimate>() }
    buckets.set(keyOfShape(shape), bucket)
    const at = ++bucket.steps
    const perRow = milliseconds / shape.rows
    const known = bucket.byThreads.get(threads)
    if (known === undefined) return void bucket.byThreads.set(threads, { perRow, samples: 1, at })
    const doubtful = known.samples === 1 || at - known.at > oldAfter
    if (doubtful) known.samples = perRow < known.perRow ? 0 : 1
    known.samples = Math.min(known.samples + 1, memory)
    known.perRow += (Math.min(perRow, mostSurprise * known.perRow) - known.perRow) / known.samples
    known.at = at
  }

  function nearest(shape: StepShape, suits: (bucket: Bucket) => boolean): Bucket | undefined {
    let best: Bucket | undefined
    for (const bucket of buckets.values()) {
      if (distance(bucket.shape, shape) > mostDistance || !suits(bucket)) continue
      if (best === undefined || distance(bucket.shape, shape) < distance(best.shape, shape)) best = bucket
    }
    return best
  }

  /** What more threads gain for the nearest shape that has tried them, they should gain here. */
  function infer({ shape, byThreads }: Bucket, threads: number): number | undefined {
    const shares = (bucket: Bucket) => [...byThreads.keys()].find((count) => bucket.byThreads.has(count))
    const like = nearest(shape, (bucket) => bucket.byThreads.has(threads) && shares(bucket) !== undefined)
    if (like === undefined) return undefined
    const common = shares(like)!
    const gain = like.byThreads.get(threads)!.perRow / like.byThreads.get(common)!.perRow
    return byThreads.get(common)!.perRow * gain
  }

  return {
    record,
    knows: (shape, threads) => find(shape)?.byThreads.has(threads) ?? false,
    expect(shape, threads) {
      const bucket = find(shape) ?? nearest(shape, () => true)
      if (bucket === undefined) return undefined
      const perRow = bucket.byThreads.get(threads)?.perRow ?? infer(bucket, threads)
      return perRow === undefined ? undefined : perRow * shape.rows
    },
  }
}

/** One bucket per row up to 8, as kernels work on groups of four; then two an octave. */
export const keyOfShape = ({ rows, prefill }: StepShape): number =>
  2 * (rows <= 8 ? rows : 2 + Math.ceil(2 * Math.log2(rows))) + (prefill ? 1 : 0)

/** In octaves of rows. */
const distance = (one: StepShape, other: StepShape): number =>
  one.prefill === other.prefill ? Math.abs(Math.log2(one.rows / other.rows)) : Infinity
