import { expect, test } from "vitest";
import type { FaultRecord } from "../../proof/soak/faults/run-faults.ts";
import { readOptions } from "../../proof/soak/options.ts";
import { drawChart } from "../../proof/soak/report/draw-chart.ts";
import { judgeGrowth } from "../../proof/soak/report/judge.ts";
import type { Sample } from "../../proof/soak/samples/sample.ts";

/** Two hours, a sample every 10 s. */
function runOf(valueAt: (seconds: number) => number): Sample[] {
  return Array.from({ length: 720 }, (_, n) => ({
    seconds: n * 10,
    figures: { "worker-1 memory": valueAt(n * 10) },
  }));
}

function growthOf(
  samples: readonly Sample[],
  faults: readonly FaultRecord[] = [],
) {
  return judgeGrowth(samples, faults).find(
    ({ figure }) => figure === "worker-1 memory",
  );
}

test("a saw with spikes and a warm-up is flat", () => {
  const saw = runOf((s) => {
    const warmUp = s < 1_200 ? s / 10 : 120;
    const spike = s % 300 === 0 ? 500 : 0;
    return 100 + warmUp + ((s / 10) % 12) * 8 + spike;
  });
  const growth = growthOf(saw);
  expect(growth?.perHour).toBeCloseTo(0);
  expect(growth?.isFlat).toBe(true);
});

test("a slow leak below the same saw is found", () => {
  const leak = runOf((s) => 200 + ((s / 10) % 12) * 8 + (s / 3_600) * 20);
  const growth = growthOf(leak);
  expect(growth?.perHour).toBeCloseTo(20, 0);
  expect(growth?.isFlat).toBe(false);
});

test("memory that a fault takes the first time and that is kept is no leak", () => {
  const faults = Array.from({ length: 23 }, (_, n) => ({
    name: `fault ${n % 6}`,
    from: (n + 1) * 300,
  }));
  const steps = runOf((s) => 200 + Math.min(Math.floor(s / 300), 6) * 20);
  expect(growthOf(steps, faults)?.isFlat).toBe(true);
});

test("a figure that was not measured does not count as flat", () => {
  const gone = runOf(() => Number.NaN);
  expect(growthOf(gone)?.isFlat).toBe(false);
});

test("a chart has its lines, its marks and no stray markup", () => {
  const image = drawChart({
    title: "Memory & <more>",
    lines: [
      {
        name: "one",
        series: [
          [0, 1],
          [60, 90],
        ],
      },
      { name: "none", series: [] },
    ],
    marks: [{ at: 30, name: 'Redis "killed"' }],
  });
  expect(image).toContain("Memory &#38; &#60;more&#62;");
  expect(image).toContain("Redis &#34;killed&#34;");
  expect(image.match(/<polyline/g)).toHaveLength(2);
  expect(image).not.toContain("NaN");
});

test("a wrong option is named", () => {
  expect(() => readOptions(["--rate", "fast"])).toThrow(
    '--rate is "fast"; it wants 1 to 1000',
  );
});
