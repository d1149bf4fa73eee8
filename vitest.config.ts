import { defineConfig } from "vitest/config";

const timeouts = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  teardownTimeout: 30_000,
};
const withRedis = { globalSetup: ["test/support/global-setup.ts"] };

// The groups run one after the other, and what measures or loads the whole machine has it to itself.
export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          ...timeouts,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          ...timeouts,
          ...withRedis,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          ...timeouts,
          ...withRedis,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "load",
          include: ["test/load/**/*.test.ts"],
          ...timeouts,
          ...withRedis,
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
          testTimeout: 180_000,
          ...withRedis,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
