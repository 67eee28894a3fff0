// The kinds of test, in the order in which they run; test/README.md says which kind a new test is.
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: [process.stdout.isTTY ? 'default' : 'verbose', './test/setup/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 20_000,
          // Nothing in them depends on time, so they may use every core.
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'rules',
          include: ['test/rules/**/*.test.ts'],
          // promtool plays a day of evaluations on a machine that may be busy.
          testTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          // Hooks start servers and browsers, on a machine that may be busy.
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          exclude: ['test/lab/campaign/**'],
          // An emulated machine is slow and the one that runs it may be busy.
          testTimeout: 900_000,
          // As many machines at a time as get a turn (test/lab/turn.ts).
          maxConcurrency: availableParallelism(),
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          // What takes minutes each in the emulated host. `npm run test:campaign`.
          name: 'campaign',
          include: ['test/lab/campaign/**/*.test.ts', 'test/demo/*.test.ts'],
          // Above what any case may take: the lab ends a case itself and says why, but it may boot twice and wait for its turn.
          testTimeout: 7_200_000,
          fileParallelism: false,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
})
