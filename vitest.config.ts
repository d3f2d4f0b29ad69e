import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // @oclif/core captures stdout itself; vitest's interception would leave it empty.
    disableConsoleIntercept: true,
    projects: [
      { test: { name: 'unit', include: ['{src,bench,commands,benchmarks}/**/*.test.ts', '*.test.ts'] } },
      {
        test: {
          name: 'e2e',
          include: ['tests/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Real daemons compete for two cores: one file at a time keeps timings sane.
          fileParallelism: false,
        },
      },
    ],
  },
})
