import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chat } from "../../support/clients/chat.ts";
import { operatorPassword } from "../../support/clients/operator.ts";
import {
  type Stack,
  type StackOptions,
  testKey,
} from "../../support/processes/stack.ts";
import { fillQueue } from "../../support/redis/fill-queue.ts";
import { until } from "../../support/until.ts";
import { prepareBatches, refusedModel } from "./prepare-batches.ts";

/** A pool in some state, to be looked at. */
export type State = {
  readonly name: string;
  readonly hasNoPassword?: boolean;
  /** @param folder empty, and its own. */
  readonly options: (folder: string) => Omit<StackOptions, "redisUrl">;
  /** Brings the pool into its state, and ends when it is there. */
  readonly prepare: (stack: Stack, around: Around) => Promise<void>;
};

/** What is around a stack while it is looked at. */
export type Around = {
  readonly redisUrl: string;
  readonly stopRedis: () => Promise<void>;
  /** Aborted when the pictures have been taken. */
  readonly signal: AbortSignal;
};

const env = { ADMIN_PASSWORD: operatorPassword, MAX_WAIT_MS: "3600000" };

/** All states in which somebody may find the pages. */
export const states: readonly State[] = [
  { name: "empty", options: () => ({ env }), prepare: async () => undefined },
  {
    name: "closed",
    hasNoPassword: true,
    options: () => ({ env: { GATEWAY_API_KEYS: "team-key-0123456789" } }),
    prepare: async () => undefined,
  },
  {
    name: "busy",
    options: () => ({
      env,
      perDay: 2_000,
      simulator: { latencyMs: 800, jitterMs: 400 },
    }),
    async prepare({ url }, { signal }) {
      keepAsking(url, 150, signal);
      await waiting(url, 60);
    },
  },
  {
    name: "broken",
    options: () => ({
      env: {
        ...env,
        OPENROUTER_API_KEYS: ["x", "y", "z"]
          .map((sign) => `sk-or-v1-${sign.repeat(64)}`)
          .join(","),
      },
    }),
    async prepare({ url }, { signal }) {
      await until("no key works", async () => {
        return (await fetch(`${url}/ready`)).status === 503;
      });
      // They are refused at once.
      for (let index = 0; index < 3; index += 1) await chat(url, { signal });
    },
  },
  {
    name: "no-redis",
    options: () => ({ env }),
    async prepare({ url }, { stopRedis }) {
      await stopRedis();
      await until("the gateway knows", async () => {
        return (await fetch(`${url}/ready`)).status === 503;
      });
    },
  },
  {
    name: "50-keys",
    options: (folder) => ({
      keys: fiftyKeys,
      perMinute: 20,
      env: {
        ...env,
        OPENROUTER_API_KEYS: "",
        OPENROUTER_API_KEYS_FILE: join(folder, "keys.txt"),
      },
    }),
    async prepare({ url, simulator }, { signal }) {
      await simulator.script([
        { times: 2, fault: { kind: "429-account-day", resetInMs: 3_600_000 } },
        { times: 2, fault: { kind: "429-account-minute" } },
      ]);
      keepAsking(url, 20, signal);
      await until("calls have been made", async () => {
        return (await simulator.summary()).total > 200;
      });
    },
  },
  {
    name: "long-queue",
    options: () => ({ env, accounts: 2 }),
    async prepare({ url, prefix }, { redisUrl }) {
      await fillQueue(redisUrl, prefix, 5_000);
      await waiting(url, 4_000);
    },
  },
  {
    name: "batches",
    options: () => ({
      env: {
        ...env,
        WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
        WEBHOOK_ALLOW_PRIVATE: "true",
        WEBHOOK_RETRY_MS: "200",
      },
      accounts: 4,
      simulator: { models: { [refusedModel]: { fault: { kind: "400" } } } },
    }),
    prepare: prepareBatches,
  },
];

const fiftyKeys = Array.from({ length: 50 }, (_, index) => {
  // Some accounts have several keys.
  const account = index < 40 ? `account-${index}` : "team";
  return `${account}=${testKey(index)}`;
});

/** Writes what options name in the folder. */
export function writeKeys(folder: string): Promise<void> {
  return writeFile(join(folder, "keys.txt"), `${fiftyKeys.join("\n")}\n`);
}

/** Has so many requests open until the signal comes. */
function keepAsking(url: string, open: number, signal: AbortSignal): void {
  for (let index = 0; index < open; index += 1) void askAgainAndAgain();

  async function askAgainAndAgain(): Promise<void> {
    while (!signal.aborted) {
      await chat(url, { signal }).catch(() => undefined);
    }
  }
}

async function waiting(url: string, least: number): Promise<void> {
  await until("requests wait", async () => {
    const response = await fetch(`${url}/api/v1/keys/status`);
    const status = (await response.json()) as { queue: { waiting: number } };
    return status.queue.waiting >= least;
  });
}
