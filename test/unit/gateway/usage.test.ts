import {
  readUsageField,
  shardOf,
  usageField,
  usageShards,
} from "@openrouter-free-pool/shared/usage/usage-counts";
import { expect, test } from "vitest";
import { UsageFold } from "../../../apps/gateway/src/usage/fold-usage.ts";
import { createPriceTokens } from "../../../apps/gateway/src/usage/price-tokens.ts";
import { toUsageCsv } from "../../../apps/gateway/src/usage/usage-csv.ts";
import { readUsageQuery } from "../../../apps/gateway/src/usage/usage-query.ts";

const now = Date.parse("2027-03-01T12:00:00Z");
const price = createPriceTokens({
  find: (id) =>
    id === "a/b"
      ? { id, pricing: { prompt: "0.000001", completion: "0.000002" } }
      : { id, pricing: { prompt: "0", completion: "0" } },
});

test("a field is read as it was written", () => {
  for (const client of ["", "client_1", "a.b@c"]) {
    for (const model of ["a/b:free", "with blanks in it", ""]) {
      const text = usageField("waitMs", client, model);
      expect(readUsageField(text)).toEqual({ field: "waitMs", client, model });
    }
  }
  expect(readUsageField("other client model")).toBeUndefined();
});

test("clients are spread over all hashes of a day", () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `client_${index}`);
  expect(new Set(ids.map(shardOf)).size).toBe(usageShards);
});

test("figures are added up by what is asked for, and priced by the paid twin", () => {
  const fold = new UsageFold(["client"], price);
  const counts = { calls: 2, answers: 1, errors: 1, waits: 2, waitMs: 30 };
  const tokens = { promptTokens: 1_000, completionTokens: 500 };
  const entry = {
    client: "x",
    model: "a/b:free",
    counts: { ...counts, ...tokens },
  };
  fold.add("2027-03-01", entry);
  fold.add("2027-03-02", entry);
  fold.add("2027-03-02", { ...entry, client: "y", model: "c/d:free" });
  expect(fold.rows()).toMatchObject([
    {
      name: { client: "x" },
      figures: { calls: 4, meanWaitMs: 15, savedUsd: 0.004 },
    },
    { name: { client: "y" }, figures: { promptTokens: 1_000, savedUsd: null } },
  ]);
});

test("a model that is paid for saves nothing", () => {
  expect(price("a/b", { prompt: 1, completion: 1 })).toBe(0);
});

test("days are UTC days, the last 30 when nothing is said", () => {
  const { days, groups } = readUsageQuery({}, now);
  expect(days).toHaveLength(30);
  expect([days[0], days.at(-1)]).toEqual(["2027-01-31", "2027-03-01"]);
  expect(groups).toEqual(["client", "model", "day"]);
});

test.for([
  [{ from: "2027-03-02" }, /must not be after/],
  [{ from: "2026-11-01" }, /more than 90 days/],
  [{ from: "yesterday" }, /wants a day such as/],
  [{ group_by: "client,colour" }, /wants any of/],
  [{ format: "xml" }, /format/],
] as const)("%j is refused", ([query, message]) => {
  expect(() => readUsageQuery(query, now)).toThrow(message);
});

test("no name in a CSV can be taken for a formula", () => {
  const figures = {
    calls: 1,
    answers: 1,
    errors: 0,
    promptTokens: 0,
    completionTokens: 0,
    meanWaitMs: null,
    savedUsd: null,
  };
  const row = { client: "@a", clientName: "-b", model: '=c,"d"', ...figures };
  const csv = toUsageCsv(["client", "model"], [row], { header: true });
  expect(csv.split("\n")[1]).toBe(`'@a,'-b,"'=c,""d""",1,1,0,0,0,,`);
});
