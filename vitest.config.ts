import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** They end what hangs. No test takes that long, even on one slow core. */
const timeouts = {
  testTimeout: 180_000,
  hookTimeout: 120_000,
  teardownTimeout: 30_000,
  expect: { poll: { timeout: 60_000 } },
};
/** A file is not worth a process: none changes what another one could see. */
const inFewProcesses = { isolate: false, maxWorkers: 2 };
/**
 * Tests of many processes on a shared machine: what fails once in a hundred runs is tried again,
 * and named at the end of the run (test/support/name-second-tries.ts), so that it is not forgotten.
 */
const twice = { retry: 1 };
const withRedis = { globalSetup: ["test/support/global-setup.ts"] };

// The groups run one after the other, and what measures or loads the whole machine has it to itself.
export default defineConfig({
  test: {
    pool: "forks",
    reporters: ["default", "./test/support/name-second-tries.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          ...timeouts,
          ...inFewProcesses,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          ...timeouts,
          ...withRedis,
          ...inFewProcesses,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          ...timeouts,
          ...withRedis,
          ...inFewProcesses,
          // These mostly wait, for a window or for a process.
          maxWorkers: Math.min(availableParallelism() + 1, 4),
          ...twice,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "load",
          include: ["test/load/**/*.test.ts"],
          ...timeouts,
          ...withRedis,
          ...twice,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        // Long proofs, not a part of `npm test`: they take the whole machine for minutes.
        test: {
          name: "proof",
          include: ["test/proof/**/*.test.ts"],
          ...timeouts,
          ...withRedis,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
