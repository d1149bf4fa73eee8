import type OpenAI from "openai";
import type { Stack } from "../../support/processes/stack.ts";
import type { PrivateRedis } from "../../support/redis/redis.ts";

/** Something that was done to the processes. */
export type Fault = { readonly what: string; readonly at: number };

/** What goes wrong while a batch is executed, each at its share of the lines. */
export function createFaults(deps: {
  stack: Stack;
  redis: PrivateRedis;
  lines: number;
}) {
  const { stack, redis, lines } = deps;
  const done: Fault[] = [];

  async function killWorker(): Promise<void> {
    await stack.workers.shift()?.kill();
  }
  async function killLeader(): Promise<void> {
    const leader = stack.gateways.findIndex((gateway) => {
      const begun = gateway.logged("Leading a batch").length;
      const ended = gateway.logged("Stopped leading a batch").length;
      return begun > ended;
    });
    await stack.gateways.splice(leader, 1)[0]?.kill();
  }
  const plan = [
    { share: 0.3, what: "killed a worker", act: killWorker },
    { share: 0.5, what: "killed the leading gateway", act: killLeader },
    { share: 0.7, what: "restarted Redis", act: () => redis.restart() },
  ];

  return {
    done,
    async poll(batch: OpenAI.Batch): Promise<void> {
      const { completed = 0 } = batch.request_counts ?? {};
      const next = plan[done.length];
      if (!next || completed < next.share * lines) return;
      done.push({ what: next.what, at: Date.now() });
      await next.act();
      console.log(`${next.what} at ${completed} lines`);
    },
  };
}
