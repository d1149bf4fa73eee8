/** Predicts how long a pool takes to drain a burst, and what bounds it; see docs/scaling.md. */
import { slotPeriodMs } from "@openrouter-free-pool/shared/key-pool/slots/usable-time";
import { carriedBy } from "./carrying-rate.ts";
import { describeTime } from "./describe-time.ts";
import { readOptions, usage } from "./options.ts";
import { describePools } from "./pool-table.ts";
import { type DrainPlan, predictDrain } from "./predict-drain.ts";

try {
  const options = readOptions(process.argv.slice(2));
  if (options.kind === "help") console.log(usage);
  else if (options.kind === "table") console.log(describePools());
  else console.log(describePlan(options.plan));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function describePlan(plan: DrainPlan): string {
  const { drainMs, waitP50Ms, waitP95Ms, perSecond } = predictDrain(plan);
  const slotsPerSecond =
    (plan.accounts * plan.limits.perMinute * 1_000) / slotPeriodMs(plan.limits);
  const bounds = { slots: slotsPerSecond, ...carriedBy(plan) };
  const lines = Object.entries(bounds)
    .toSorted(([, a], [, b]) => a - b)
    .map(([name, rate]) => `  ${name.padEnd(16)} ${rate.toFixed(1)}`);
  return `drained in ${describeTime(drainMs)}, ${perSecond.toFixed(1)} answers a second
wait for a call: p50 ${describeTime(waitP50Ms)}, p95 ${describeTime(waitP95Ms)}

Calls a second that each resource gives, the scarcest one first:
${lines.join("\n")}`;
}
