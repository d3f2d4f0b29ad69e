import { parseRegression, type Baseline } from './judge-baseline.ts'
import { readRuns } from './read-run.ts'

/** Read before the run: a baseline that is not there is found out at once. */
export const readBaseline = async (
  file: string | undefined,
  maxRegression: string,
  force: boolean,
): Promise<Baseline | undefined> =>
  file === undefined
    ? undefined
    : { file, maxRegression: parseRegression(maxRegression), runs: await readRuns(file), force }
