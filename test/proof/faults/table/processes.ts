import { setTimeout as sleep } from "node:timers/promises";
import type { AppProcess } from "../../../support/processes/app-process.ts";
import type { Fault, Scene } from "../fault.ts";
import { type Stage, stages } from "../stages.ts";

/** Longer than a job's lock and a gateway's sign of life last (15 s), and than the lost jobs are looked for. */
const stopMs = 22_000;
/** Long enough for the survivors to see that it is gone. */
const goneMs = 500;

type Target = "worker" | "gateway";

const find = ({ stack }: Scene, target: Target): AppProcess | undefined =>
  target === "worker" ? stack.workers[0] : stack.gateways[0];

function kill(target: Target, stage: Stage): Fault {
  return {
    name: `kill-${target}-${stage.name}`,
    how: `\`kill -9\` of a ${target} when ${stage.how}`,
    lines: ["first-worker"],
    ...calledAgain(target, stage, "is killed"),
    async strike(scene) {
      await stage.reach(scene);
      await find(scene, target)?.kill();
      await sleep(goneMs);
      scene.line("first-worker").release();
    },
  };
}

function stop(target: Target, stage: Stage): Fault {
  return {
    name: `stop-${target}-${stage.name}`,
    how: `\`SIGSTOP\` of a ${target} for ${stopMs / 1_000} s when ${stage.how}`,
    lines: ["first-worker"],
    ...calledAgain(target, stage, "is stopped for longer than its lock lasts"),
    lastsMs: stopMs,
    async strike(scene) {
      await stage.reach(scene);
      const app = find(scene, target);
      app?.signal("SIGSTOP");
      // What the other processes do goes on.
      if (target === "gateway") scene.line("first-worker").release();
      await sleep(stopMs);
      app?.signal("SIGCONT");
      scene.line("first-worker").release();
    },
  };
}

/** What may be called again: one worker holds at most a window's calls. */
function calledAgain(
  target: Target,
  { name }: Stage,
  what: string,
): Pick<Fault, "calledAgain"> {
  if (target === "gateway") {
    const because = `the gateway of its client ${what}; the client asks another one`;
    return { calledAgain: { most: 60, because } };
  }
  if (name === "before-slot" || name === "after-slot") return {};
  const because = `the worker ${what} with the answer`;
  return { calledAgain: { most: 60, because } };
}

/** Processes that end, or stand still, at each stage of a job. */
export const processFaults: readonly Fault[] = (
  ["worker", "gateway"] as const
).flatMap((target) =>
  stages.flatMap((stage) => [kill(target, stage), stop(target, stage)]),
);
