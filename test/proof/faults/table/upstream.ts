import type { Fault } from "../fault.ts";

/** Of the calls, the first so many after the fault's start. */
const someCalls = 25;
const idleBreaks = 8;

/** What goes wrong with OpenRouter. */
export const upstreamFaults: readonly Fault[] = [
  {
    name: "upstream-resets",
    how: `the upstream cuts the connections of ${someCalls} calls before it answers`,
    strike: ({ stack }) =>
      stack.simulator.script([
        { times: someCalls, fault: { kind: "drop-before-headers" } },
      ]),
  },
  {
    name: "upstream-breaks-off",
    how: `the upstream cuts the connections of ${someCalls} calls in mid-answer, ${someCalls / 5} of them streams before their content`,
    strike: ({ stack }) =>
      stack.simulator.script([
        {
          match: { stream: true },
          times: someCalls / 5,
          fault: { kind: "drop-mid-stream", afterEvents: 1 },
        },
        {
          match: { stream: false },
          times: (4 * someCalls) / 5,
          fault: { kind: "drop-mid-body" },
        },
      ]),
  },
  {
    name: "upstream-hangs",
    how: "the upstream never answers 10 calls (`UPSTREAM_TIMEOUT_MS=3000`)",
    stack: { env: { UPSTREAM_TIMEOUT_MS: "3000" } },
    strike: ({ stack }) =>
      stack.simulator.script([
        { times: 10, fault: { kind: "hang-before-headers" } },
      ]),
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
