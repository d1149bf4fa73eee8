import type {
  RequestList,
  RequestObject,
} from "@openrouter-free-pool/shared/api/past/requests-object";
import { expect, test } from "vitest";
import { presentRequests } from "../../../../apps/gateway/src/admin/requests/present-requests.ts";
import { readSelection } from "../../../../apps/gateway/src/admin/requests/selection.ts";
import {
  decodeEnded,
  encodeEnded,
  stateOf,
} from "../../../../apps/gateway/src/requests/ended/ended-request.ts";
import { toEndedRequest } from "../../../../apps/gateway/src/requests/listing/ended-requests.ts";

const now = Date.parse("2027-01-31T12:00:00Z");

function ended(facts: Partial<Parameters<typeof encodeEnded>[0]> = {}) {
  const whole = {
    kind: "waiting",
    requestId: "req_1",
    of: undefined,
    jobId: "0c4c5bd8-6a2d-4b8e-9a76-1b1f5c2d3e4f",
    client: undefined,
    model: "m/a:free",
    calledModel: undefined,
    key: "sk-or-v1-abc...xyz",
    status: 200,
    code: undefined,
    error: undefined,
    endedAt: now - 60_000,
    waitedMs: 10,
    callMs: 20,
    totalMs: 31,
    calls: 1,
    promptTokens: 3,
    completionTokens: 4,
    ...facts,
  } as const;
  const read = decodeEnded(encodeEnded(whole));
  if (!read) throw new Error("What was written can be read");
  return read;
}

const objectOf = (facts: Parameters<typeof ended>[0]): RequestObject =>
  toEndedRequest(ended(facts), { nameClient: (id) => `name of ${id}` });

function rowOf(facts: Parameters<typeof ended>[0], keepsPayloads = false) {
  const list: RequestList = {
    counts: { calling: 0, waiting: 0, delayed: 0, ended: 1 },
    requests: [objectOf(facts)],
    looked: { requests: 1, open: 0, backTo: null },
    next: null,
  };
  const options = { now, keepsPayloads };
  const [row] = presentRequests(list, readSelection({}), options).rows;
  if (!row) throw new Error("There is a row");
  return row;
}

// biome-ignore format: a table
test.each([
  [{ status: 200 }, "answered"],
  [{ status: 200, code: "stream-broken" }, "failed"],
  [{ status: 400 }, "failed"],
  [{ status: 503, code: "no-usable-key" }, "failed"],
  [{ status: 504 }, "failed"],
  [{ status: 504, code: "waited-out" }, "expired"],
  [{ status: 499 }, "cancelled"],
  [{ status: 410, code: "cancelled" }, "cancelled"],
  [{ status: 503, code: "removed" }, "cancelled"],
])("%o is %s", (facts, state) => {
  expect(stateOf(ended(facts))).toBe(state);
});

test("what cannot be read is passed over, and texts have a bound", () => {
  expect(decodeEnded("{")).toBeUndefined();
  expect(decodeEnded('{"kind":"new"}')).toBeUndefined();
  expect(ended({ error: "x".repeat(5_000) }).error).toHaveLength(300);
});

test("a row tells what went wrong, and only what has its prompt can be sent again", () => {
  const error = "No endpoints found for m/a:free.";
  const failed = rowOf({ status: 404, error });
  expect(failed).toMatchObject({ state: "Failed 404", note: error });
  expect(failed.actions).toEqual([]);
  expect(failed.job).toBeUndefined();
  expect(rowOf({ status: 404 }, true).actions).toMatchObject([
    { action: "send-again" },
  ]);
  const of = `request_${"a".repeat(48)}`;
  expect(rowOf({ kind: "background", status: 404, of }).actions).toMatchObject([
    { action: "send-again", target: of },
  ]);
  expect(
    rowOf({ kind: "line", status: 404, of: "batch_1" }).actions,
  ).toMatchObject([{ action: "retry-batch", target: "batch_1" }]);
  expect(rowOf({ kind: "background", of }).actions).toEqual([]);
});

test("an address keeps its filters from page to page; a wrong one is told", () => {
  const selection = readSelection({
    status: "failed",
    model: " Gemma & co ",
    from: "2027-01-31T11:00",
    cursor: "123-4",
    unknown: "x",
  });
  expect(selection).toMatchObject({
    status: "failed",
    model: "gemma & co",
    from: now - 3_600_000,
  });
  expect(selection.linkTo({ cursor: "99-1" })).toBe(
    "/admin/requests?status=failed&model=Gemma+%26+co&from=2027-01-31T11%3A00&cursor=99-1",
  );
  const all = selection.linkTo({ status: "all", cursor: undefined });
  expect(all).not.toMatch(/status|cursor/);
  for (const wrong of [
    { status: "lost" },
    { from: "yesterday" },
    { cursor: "newest" },
    { client: "x".repeat(250) },
  ]) {
    const { problem, status } = readSelection(wrong);
    expect(problem, JSON.stringify(wrong)).toBeDefined();
    expect(status).toBe("all");
  }
  expect(readSelection({ client: ["a"], from: "" }).problem).toBeUndefined();
});
