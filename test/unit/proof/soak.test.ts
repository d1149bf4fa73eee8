import { expect, test } from "vitest";
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

function growthOf(samples: readonly Sample[]) {
  return judgeGrowth(samples).find(
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
