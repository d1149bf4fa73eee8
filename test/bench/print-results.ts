import type { BenchResults } from "./main.ts";

const ms = (value: number) => `${value.toFixed(2)} ms`;

/** The results as people read them. */
export function printResults(results: BenchResults): void {
  const { latencies, commands, drain, acquire } = results;
  console.log("\nA request through the stack against a direct call");
  console.table(
    Object.fromEntries(
      latencies.map(({ connections, direct, stack, ...added }) => [
        `${connections} connection${connections === 1 ? "" : "s"}`,
        {
          "direct p50": ms(direct.p50Ms),
          "stack p50": ms(stack.p50Ms),
          "added p50": ms(added.addedP50Ms),
          "added p99": ms(added.addedP99Ms),
          "direct/s": Math.round(direct.perSecond),
          "stack/s": Math.round(stack.perSecond),
        },
      ]),
    ),
  );
  console.log("Redis commands per request");
  console.table(
    Object.fromEntries(
      commands.map(({ connections, ...count }) => [
        `${connections} connection${connections === 1 ? "" : "s"}`,
        {
          "sent by us": count.perRequest.toFixed(2),
          "executed, inside scripts too": count.executedPerRequest.toFixed(1),
          "by name": Object.entries(count.byName)
            .map(([name, share]) => `${name} ${share.toFixed(2)}`)
            .join(", "),
        },
      ]),
    ),
  );
  console.log(
    `Burst: ${drain.answered} of ${drain.requests} answered, ${drain.upstream429s} upstream 429s, drained in ${Math.round(drain.drainMs)} ms = ${drain.ratio.toFixed(3)} × the optimum`,
  );
  console.log(
    `Limiter: one slot takes ${ms(acquire.fewMs)} with ${acquire.fewAccounts} accounts, ${ms(acquire.manyMs)} with ${acquire.manyAccounts} = ${acquire.ratio.toFixed(2)} ×`,
  );
}
