import {
  type Stack,
  type StackOptions,
  startStack,
} from "../../support/processes/stack.ts";

/** One gateway and one worker with limits that are out of the way, spread over accounts as in a real pool. */
export function startUnlimitedStack(
  redisUrl: string,
  options: Partial<StackOptions> = {},
): Promise<Stack> {
  const { env, ...others } = options;
  return startStack({
    redisUrl,
    accounts: 50,
    perMinute: 1_000_000,
    perDay: 9_000_000,
    workers: 1,
    env: { WORKER_CONCURRENCY: "256", ...env },
    ...others,
  });
}
