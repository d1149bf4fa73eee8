import { inject } from "vitest";
import type { Fault } from "../../simulator/start-simulator.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

/** What the clients authenticate with. */
export const clientKey = "sk-a-client-0123456789";

/** A real stack that clients of all kinds are pointed at. */
export type ClientStack = Stack & {
  /** What an OpenAI-compatible client takes as its base URL. */
  readonly baseUrl: string;
  /** Makes every call to a model end in a fault. @returns the model. */
  failing(fault: Fault): Promise<string>;
  /** Makes every call to a model take so long. @returns the model. */
  slow(extraMs: number): Promise<string>;
  /** Waits until a call to a model has reached OpenRouter. */
  untilCalled(model: string): Promise<void>;
  /** Waits until the call to a model was given up by its client. */
  untilAborted(model: string): Promise<void>;
  /** Spends all daily budgets: from here on everything is a 429. */
  spendBudgets(): Promise<void>;
};

/** Starts one; the file that starts it also stops it. */
export async function startClientStack(): Promise<ClientStack> {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute: 1_000,
    perDay: 10_000,
    models: Array.from({ length: 50 }, (_, n) => `acme/model-${n}:free`),
    env: { GATEWAY_API_KEYS: `tester=${clientKey}`, MAX_ATTEMPTS: "1" },
  });
  let models = 0;

  async function failing(fault: Fault): Promise<string> {
    models += 1;
    const model = `acme/model-${models}:free`;
    await stack.simulator.settings({ models: { [model]: { fault } } });
    return model;
  }
  const lastCall = async (model: string) =>
    (await stack.simulator.calls({ model })).at(-1);

  return {
    ...stack,
    baseUrl: `${stack.url}/v1`,
    failing,
    slow: (extraMs) => failing({ kind: "slow", extraMs }),
    async untilCalled(model) {
      await until("the call is under way", () => lastCall(model));
    },
    async untilAborted(model) {
      await until(
        "the call is aborted",
        async () => (await lastCall(model))?.abortedAt,
      );
    },
    async spendBudgets() {
      await stack.simulator.settings({
        fault: { kind: "429-account-day", resetInMs: 3_600_000 },
      });
      await until("the gateway knows", async () => {
        const response = await fetch(`${stack.url}/v1/embeddings`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${clientKey}`,
            "content-type": "application/json",
            "x-max-wait-ms": "500",
          },
          body: JSON.stringify({ model: "m/m:free", input: "x" }),
        });
        return response.status === 429;
      });
    },
  };
}

/** Rejects with what a promise is rejected with, as a value. */
export async function errorOf(failing: Promise<unknown>): Promise<unknown> {
  try {
    await failing;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}
