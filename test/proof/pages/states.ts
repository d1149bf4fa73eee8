import { toFile } from "openai";
import { batchClient } from "../../support/batch-client.ts";
import { batchInput, batchLine } from "../../support/batch-input.ts";
import { burst } from "../../support/chat.ts";
import { fillQueue } from "../../support/fill-queue.ts";
import { operatorOf, operatorPassword } from "../../support/operator.ts";
import type { Stack, StackOptions } from "../../support/stack.ts";
import { until } from "../../support/until.ts";

/** A pool in some state, to be looked at. */
export type State = {
  readonly name: string;
  readonly options: Omit<StackOptions, "redisUrl">;
  /** Brings the pool into its state, and ends when it is there. */
  readonly prepare: (stack: Stack, redisUrl: string) => Promise<void>;
};

const env = { ADMIN_PASSWORD: operatorPassword, MAX_WAIT_MS: "3600000" };
const refused = "test/refused:free";

/** All states in which an operator may find the pages. */
export const states: readonly State[] = [
  { name: "empty", options: { env }, prepare: async () => undefined },
  {
    name: "busy",
    options: { env, simulator: { latencyMs: 800, jitterMs: 400 } },
    async prepare({ url }) {
      ask(url, 150);
      await waiting(url, 60);
    },
  },
  {
    name: "broken",
    options: {
      env: {
        ...env,
        OPENROUTER_API_KEYS: ["x", "y", "z"]
          .map((sign) => `sk-or-v1-${sign.repeat(64)}`)
          .join(","),
      },
    },
    async prepare({ url }) {
      await until(
        "no key works",
        async () => (await fetch(`${url}/ready`)).status === 503,
        30_000,
      );
    },
  },
  {
    name: "50-keys",
    options: { env, accounts: 50, perMinute: 20 },
    async prepare({ url, simulator }) {
      await simulator.script([
        { times: 2, fault: { kind: "429-account-day", resetInMs: 3_600_000 } },
        { times: 2, fault: { kind: "429-account-minute" } },
      ]);
      await burst(url, 200);
    },
  },
  {
    name: "long-queue",
    options: { env, accounts: 2 },
    async prepare({ url, prefix }, redisUrl) {
      await fillQueue(redisUrl, prefix, 5_000);
      await waiting(url, 4_000);
    },
  },
  {
    name: "batches",
    options: {
      env,
      accounts: 4,
      simulator: { models: { [refused]: { fault: { kind: "400" } } } },
    },
    async prepare({ url }) {
      const operator = operatorOf(url);
      const { key } = await operator.create("alice", { weight: 3 });
      await operator.create("bob", { perDay: 100, models: ["*:free"] });
      const client = batchClient(url, key);
      const bad = JSON.stringify(batchLine("no", { model: refused }));
      const first = await client.start(`${bad}\n${batchInput(20)}`);
      await client.untilStatus(first, "completed");
      const cancelled = await client.start(batchInput(400));
      await client.untilCompleted(cancelled, 3);
      await client.openai.batches.cancel(cancelled);
      await client.start(batchInput(900));
      await client.openai.files.create({
        file: await toFile(Buffer.from("{}\n"), "notes.jsonl"),
        purpose: "batch",
      });
    },
  },
];

/** Not awaited: its clients wait while the pictures are taken. */
function ask(url: string, requests: number): void {
  burst(url, requests).catch(() => undefined);
}

async function waiting(url: string, least: number): Promise<void> {
  await until("requests wait", async () => {
    const response = await fetch(`${url}/api/v1/keys/status`);
    const status = (await response.json()) as { queue: { waiting: number } };
    return status.queue.waiting >= least;
  });
}
