import { expect, test } from 'vitest'
import { startSelfCheck } from './self-check.ts'

const block = (milliseconds: number): void => {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}

test('a pause at the very start or the very end of a run is seen', async () => {
  const start = await startSelfCheck()
  block(40)
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect((await start.stop(0)).loop_lag_max_ms).toBeGreaterThan(30)
  const end = await startSelfCheck()
  await new Promise((resolve) => setTimeout(resolve, 5))
  block(40)
  expect((await end.stop(0)).loop_lag_max_ms).toBeGreaterThan(30)
})
