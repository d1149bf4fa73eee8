import type { Fault as UpstreamFault } from "../../../simulator/start-simulator.ts";
import type { Fault, Scene } from "../fault.ts";
import { loadRequests } from "../load.ts";

/** The first calls of so many requests after the fault's start. */
const someCalls = 25;
const idleBreaks = 8;

/**
 * Has the first call fail of so many requests that have not been called yet. One that fails
 * at each of its attempts is told so (`MAX_ATTEMPTS`), which is no fault of the pool's.
 */
async function failOnce(
  { stack }: Scene,
  count: number,
  fault: UpstreamFault,
  isWanted: (request: { isStream: boolean }) => boolean = () => true,
): Promise<void> {
  const calls = await stack.simulator.calls();
  const called = new Set(calls.map(({ marker }) => marker));
  const struck = loadRequests
    .filter((request) => isWanted(request) && !called.has(request.marker))
    .slice(0, count);
  await stack.simulator.script(
    struck.map(({ marker }) => ({ match: { marker }, fault })),
  );
}

/** What goes wrong with OpenRouter. */
export const upstreamFaults: readonly Fault[] = [
  {
    name: "upstream-resets",
    how: `the upstream cuts the connections of ${someCalls} calls before it answers`,
    strike: (scene) =>
      failOnce(scene, someCalls, { kind: "drop-before-headers" }),
  },
  {
    name: "upstream-breaks-off",
    how: `the upstream cuts the connections of ${someCalls} calls in mid-answer, ${someCalls / 5} of them streams before their content`,
    async strike(scene) {
      await failOnce(
        scene,
        someCalls / 5,
        { kind: "drop-mid-stream", afterEvents: 1 },
        ({ isStream }) => isStream,
      );
      await failOnce(
        scene,
        (4 * someCalls) / 5,
        { kind: "drop-mid-body" },
        ({ isStream }) => !isStream,
      );
    },
  },
  {
    name: "upstream-hangs",
    how: "the upstream never answers 10 calls (`UPSTREAM_TIMEOUT_MS=3000`)",
    stack: { env: { UPSTREAM_TIMEOUT_MS: "3000" } },
    strike: (scene) => failOnce(scene, 10, { kind: "hang-before-headers" }),
  },
  {
    name: "upstream-drips",
    how: "answers come in pieces over 3 s, with white space ahead of them",
    async strike({ stack }) {
      await stack.simulator.settings({
        paddingWhitespace: true,
        latencyMs: 3_000,
        interChunkMs: 700,
      });
    },
  },
  {
    name: "upstream-closes-idle",
    how: `the upstream closes ${idleBreaks} idle connections just when a call goes out on them`,
    lines: ["upstream"],
    async strike({ line }) {
      const used = new WeakSet<object>();
      let left = idleBreaks;
      line("upstream").follow(({ direction, connection }) => {
        if (direction === "reply") {
          used.add(connection);
          return "pass";
        }
        if (left === 0 || !used.has(connection)) return "pass";
        left -= 1;
        return "break";
      });
    },
  },
];
