import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import {
  type Stack,
  type StackOptions,
  startStack,
} from "../processes/stack.ts";

/** A stack, and a folder in which `orpool` is run. */
export type OrpoolStack = {
  readonly stack: Stack;
  readonly cwd: string;
  /** What `orpool` is run with. */
  readonly options: { url: string; cwd: string };
  /** Stops the stack, and removes the folder. */
  stop(): Promise<void>;
};

/** Starts {@link OrpoolStack}, whose limits are seldom reached. */
export async function startOrpoolStack(
  given: Partial<StackOptions> = {},
): Promise<OrpoolStack> {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 5,
    windowMs: 1_000,
    perDay: 100_000,
    ...given,
  });
  const cwd = await mkdtemp(join(tmpdir(), "orpool-"));
  return {
    stack,
    cwd,
    options: { url: stack.url, cwd },
    async stop() {
      await stack.stop();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}
