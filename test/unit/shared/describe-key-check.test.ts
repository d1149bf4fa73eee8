import { describeKeyCheck } from "@openrouter-free-pool/shared/key-pool/keys/describe-key-check";
import { findProbeFailure } from "@openrouter-free-pool/shared/key-pool/keys/probe-results";
import { expect, test } from "vitest";

type Key = { status?: number; retired?: string };

function describe(keys: readonly Key[]) {
  const probes = new Map(
    keys.map(({ status }, index) => [
      `id${index}`,
      status === undefined ? { at: 1 } : { at: 1, status },
    ]),
  );
  const checked = keys.map(({ retired }, index) => ({
    id: `id${index}`,
    mask: `m${index}`,
    retired: retired ? { reason: retired } : undefined,
  }));
  return [
    describeKeyCheck(checked, probes),
    describeKeyCheck(checked, probes, { showsMasks: true }),
  ];
}

const well = { status: 200 };
const invalid = { status: 401, retired: "invalid" };

test.each<[readonly Key[], string, string]>([
  [[well], "1 of 1 key works", "1 of 1 key works: m0"],
  [
    [well, invalid, well],
    "2 of 3 keys work; 1 refused (401)",
    "2 of 3 keys work: m0, m2; refused: m1 (401)",
  ],
  [
    [invalid, { status: 200, retired: "taken-out" }],
    "None of 2 keys works; 2 refused (401, disabled)",
    "None of 2 keys works; refused: m0 (401), m1 (disabled)",
  ],
  [
    [{ status: 503 }, {}],
    "None of 2 keys is known to work; 2 not checked (503, no answer)",
    "None of 2 keys is known to work; not checked: m0 (503), m1 (no answer)",
  ],
  [
    Array(7).fill(well),
    "7 of 7 keys work",
    "7 of 7 keys work: m0, m1, m2, m3, m4, 2 more",
  ],
])("%j", (keys, counted, named) => {
  expect(describe(keys)).toEqual([counted, named]);
});

test("OpenRouter is away when it answered for none of the keys that were asked about", () => {
  const results = new Map([
    ["a", { at: 1, failure: "host refuses the connection" }],
    ["b", { at: 1, status: 401 }],
  ]);
  expect(findProbeFailure(results, ["a", "unasked"])).toMatch(/^host refuses/);
  expect(findProbeFailure(results, ["a", "b"])).toBeUndefined();
  expect(findProbeFailure(results, ["unasked"])).toBeUndefined();
});
