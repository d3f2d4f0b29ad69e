import { defineConfig } from 'vitest/config'

// Bounds that only end a broken test: nothing may fail because a machine is slow. Vitest's own are 5 s and 1 s,
// which a process that starts, or a machine that does other things too, exceeds.
const patience = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 20_000, interval: 10 } },
}

export default defineConfig({
  test: {
    // @oclif/core captures stdout itself; vitest's interception would leave it empty.
    disableConsoleIntercept: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,bench,commands,benchmarks}/**/*.test.ts', '*.test.ts'],
          ...patience,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/**/*.test.ts'],
          ...patience,
          // Real daemons compete for two cores: one file at a time keeps timings sane.
          fileParallelism: false,
        },
      },
    ],
  },
})
