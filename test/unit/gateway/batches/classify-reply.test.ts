import { expect, test } from "vitest";
import { classifyReply } from "../../../../apps/gateway/src/batches/execution/classify-reply.ts";

const figures = { queueMs: 0, upstreamMs: 0, calls: 1 };
const request = { line: 7, customId: "seven" };

function answer(status: number, body = "{}") {
  return {
    kind: "answer",
    status,
    headers: {},
    body: Buffer.from(body),
    ...figures,
  } as const;
}

test.each([200, 400, 403, 404, 413, 422])(
  "%i is reported at once",
  (status) => {
    expect(classifyReply("batch_1", request, answer(status), 0)).toMatchObject({
      kind: "report",
      entry: { line: 7, code: String(status) },
    });
  },
);

test.each([408, 429, 500, 503])(
  "%i is tried once more, then reported",
  (status) => {
    expect(classifyReply("batch_1", request, answer(status), 0)).toMatchObject({
      kind: "again",
      isTry: true,
    });
    expect(classifyReply("batch_1", request, answer(status), 1)).toMatchObject({
      kind: "report",
      entry: { code: String(status) },
    });
  },
);

test("a line waits for keys and gateways without losing a try", () => {
  for (const code of ["no-usable-key", "keys-rate-limited"] as const) {
    const reply = { kind: "failure", code, ...figures } as const;
    expect(classifyReply("batch_1", request, reply, 5)).toMatchObject({
      kind: "again",
      isTry: false,
    });
  }
  expect(
    classifyReply("batch_1", request, { kind: "orphaned" }, 5),
  ).toMatchObject({ kind: "again", afterMs: 0, isTry: false });
});

test.each([
  ["waited-out", "batch_expired"],
  ["worker-crashed", "worker_crashed"],
] as const)("%s is reported as %s", (code, reported) => {
  const reply = { kind: "failure", code, ...figures } as const;
  expect(classifyReply("batch_1", request, reply, 0)).toMatchObject({
    kind: "report",
    entry: { code: reported },
  });
});
