/** Which of how many repetitions of its load a run is; from 1. */
export type Repeat = { run: number; of: number }
