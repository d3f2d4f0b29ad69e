/** What `--sweep` looks for; with every result that it measures, so that a saved file can be judged again. */
export type SweepGoal = {
  /** The least share of requests that must keep the limits of --goodput; null: only the knee is looked for. */
  goodput_share: number | null
  /** Loads between which it looks: requests in flight, or requests per second. */
  from: number
  to: number
  /** Requests in flight come as whole numbers. */
  whole: boolean
}
