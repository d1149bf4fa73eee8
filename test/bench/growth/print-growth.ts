import type { AcquireCost } from "../measure/measure-acquire.ts";
import { sumOfCpu } from "../measure/measure-cpu.ts";
import { micros, ms } from "../results/print-figures.ts";
import { printMarkdown } from "../results/print-markdown.ts";
import { printTable } from "../results/print-table.ts";
import type { BodyCost } from "./measure-bodies.ts";
import type { ClientsCost } from "./measure-clients.ts";
import type { RequestCost } from "./measure-request.ts";
import type { WaitingCost } from "./measure-waiting.ts";

/** How the cost of a request grows with each of these. */
export type Growth = {
  readonly waiting: readonly WaitingCost[];
  readonly accounts: readonly AcquireCost[];
  readonly clients: readonly ClientsCost[];
  readonly bodies: readonly BodyCost[];
};

/** Prints what was measured, as a terminal or a page shows it. */
export function printGrowth(growth: Growth, markdown: boolean): void {
  const print = markdown ? printMarkdown : printTable;
  print(
    `Requests that wait: ${perTenfold(growth.waiting, ({ waiting }) => waiting)}`,
    [
      ["waiting", "left at the end", ...costHead],
      ...growth.waiting.map((cost) => [
        String(cost.waiting),
        String(cost.left),
        ...describeCost(cost),
      ]),
    ],
  );
  print(
    `Accounts: taking one slot; ${describeSlope(
      growth.accounts.map(({ accounts }) => Math.log10(accounts)),
      growth.accounts.map(({ inRedisMicros }) => inRedisMicros),
      "ten times as many",
    )}`,
    [
      ["accounts", "inside Redis", "round trip p50"],
      ...growth.accounts.map(({ accounts, inRedisMicros, roundTripMs }) => [
        String(accounts),
        `${inRedisMicros.toFixed(1)} µs`,
        ms(roundTripMs),
      ]),
    ],
  );
  print(
    `Clients that wait: ${perTenfold(growth.clients, ({ clients }) => clients)}`,
    [
      ["clients", ...costHead, "gateway's memory"],
      ...growth.clients.map((cost) => [
        String(cost.clients),
        ...describeCost(cost),
        `${Math.round(cost.gatewayKiB / 1_024)} MiB`,
      ]),
    ],
  );
  print(
    `Bodies: ${describeSlope(
      growth.bodies.map(({ bodyKiB }) => bodyKiB),
      growth.bodies.map(({ cpuMicros }) => sumOfCpu(cpuMicros)),
      "KiB",
    )}`,
    [
      ["KiB", ...costHead],
      ...growth.bodies.map((cost) => [
        String(cost.bodyKiB),
        ...describeCost(cost),
      ]),
    ],
  );
}

const costHead = [
  ...["requests", "p50", "p99", "CPU of gateway", "of worker", "of Redis"],
  "together",
];

function describeCost(cost: RequestCost): string[] {
  const { perSecond, p50Ms, p99Ms, cpuMicros } = cost;
  return [
    `${Math.round(perSecond)}/s`,
    ms(p50Ms),
    ms(p99Ms),
    micros(cpuMicros.gateway),
    micros(cpuMicros.worker),
    micros(cpuMicros.redis),
    micros(sumOfCpu(cpuMicros)),
  ];
}

function perTenfold<Cost extends RequestCost>(
  costs: readonly Cost[],
  sizeOf: (cost: Cost) => number,
): string {
  return describeSlope(
    costs.map((cost) => Math.log10(sizeOf(cost))),
    costs.map(({ cpuMicros }) => sumOfCpu(cpuMicros)),
    "ten times as many",
  );
}

/** The slope of the straight line that fits best (least squares). */
function describeSlope(
  xs: readonly number[],
  ys: readonly number[],
  step: string,
): string {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const over = xs.reduce(
    (sum, x, i) => sum + (x - x0) * ((ys[i] ?? 0) - y0),
    0,
  );
  const under = xs.reduce((sum, x) => sum + (x - x0) ** 2, 0);
  const slope = over / under;
  return `${slope < 0 ? "−" : "+"}${Math.abs(slope).toFixed(1)} µs for each ${step}`;
}
