import type { AnswerCheck } from "@openrouter-free-pool/shared/api/answer-checks";
import { expect, test } from "vitest";
import type { CallResult } from "../../../../apps/worker/src/answer/call-result.ts";
import { classifyResult } from "../../../../apps/worker/src/classify/classify-result.ts";
import { requireFit } from "../../../../apps/worker/src/classify/require-fit.ts";
import {
  type DecisionContext,
  decide,
} from "../../../../apps/worker/src/decide/decide.ts";
import type { Decision } from "../../../../apps/worker/src/decide/decision.ts";
import type { KeyState } from "../../../../apps/worker/src/keys/check-key.ts";

const key = (account: string) => ({
  id: account,
  mask: account,
  account,
  secret: "secret",
  limits: {},
});
const first = key("first");
const second = key("second");
const suspect = { key: first, model: "m:free" };

type Situation = {
  answer?: [status: number, message: string];
  result?: CallResult;
  request?: object;
  /** All that the body names; the job's model when absent. */
  models?: string[];
  keyState?: KeyState;
  /** What an answer does not pass. */
  failed?: AnswerCheck[];
  context?: Partial<DecisionContext>;
};

function decideOn(situation: Situation): Decision {
  const { answer: [status, message] = [200, ""], keyState } = situation;
  const error = { error: { code: status, message } };
  const choices = [{ message: { content: "Hello" }, finish_reason: "stop" }];
  const body = status < 400 ? { choices } : error;
  const result = situation.result ?? {
    kind: "answer",
    answer: {
      status,
      headers: {},
      body: Buffer.from(JSON.stringify(body)),
    },
    calledModel: "m:free",
    upstreamMs: 7,
  };
  const request = { model: "m:free", ...situation.request };
  const { failed = [] } = situation;
  const job = { path: "/chat/completions", answerCheck: failed };
  const requestBody = JSON.stringify(request);
  const classification = requireFit(
    classifyResult(result, {
      ...job,
      model: request.model,
      models: situation.models ?? [request.model],
      checksModels: true,
      body: requestBody,
    }),
    { result, request: job, body: requestBody, checkAnswer: () => failed },
  );
  return decide(
    { path: "/chat/completions", result, classification, keyState },
    {
      key: second,
      model: "m:free",
      hasOtherModel: false,
      progress: { calls: 1, failures: 0 },
      suspect: undefined,
      hasOtherAccount: true,
      abortReason: undefined,
      maxAttempts: 3,
      maxCalls: 8,
      ...situation.context,
    },
  );
}

const minute = "Rate limit exceeded: free-models-per-min. ";
const provider = "Rate limit exceeded";
const policy = "No endpoints found matching your data policy. Configure: …";
const lastCall = { progress: { calls: 7, failures: 0 } };
const retired = {
  progress: { calls: 1, failures: 0, hasRetired: true },
};
const lone = { hasOtherAccount: false };
const failure = (
  reason: "network" | "timeout" | "no-room" | "aborted" | "too-late",
  more = {},
) =>
  ({
    kind: "no-answer",
    failure: { reason, message: "no answer", wasSent: true, ...more },
    upstreamMs: 7,
  }) as CallResult;
const page = (status: number): CallResult => ({
  kind: "answer",
  answer: { status, headers: {}, body: Buffer.from("<!DOCTYPE html>") },
  calledModel: "m:free",
  upstreamMs: 7,
});
const broken = { ...failure("network"), kind: "broken" } as CallResult;

// biome-ignore format: a table
test.for<[name: string, Situation, next: string, keyEffect: string]>([
  ["an answer", {}, "answered 200", "none"],
  ["a whole stream", { result: { kind: "relayed", calledModel: "m:free", upstreamMs: 7 } }, "stream-ended", "none"],
  ["a broken stream", { result: broken }, "stream-broken 502", "none"],
  ["a broken stream whose client has gone", { result: broken, context: { abortReason: "cancelled" } }, "dropped", "none"],
  ["an abort for a client that has gone", { result: failure("aborted"), context: { abortReason: "cancelled" } }, "cancelled", "none"],
  ["an abort of a worker that stops", { result: failure("aborted"), context: { abortReason: "worker stops" } }, "interrupted", "none"],

  ["a grant that was too old", { result: failure("too-late", { wasSent: false }) }, "another-key", "none"],

  ["400", { answer: [400, "bad"] }, "answered 400", "none"],
  ["403 moderation", { answer: [403, "requires moderation"] }, "answered 403", "none"],
  ["403 with a page, attempts spent", { result: page(403), context: { maxAttempts: 1 } }, "answered 502", "none"],
  ["403 with a page, to one of a chain: no other model", { result: page(403), context: { hasOtherModel: true } }, "retried", "none"],
  ["404 of the request", { answer: [404, "No endpoints found that support tool use."] }, "answered 404", "none"],
  ["404 of the model's life", { answer: [404, "No endpoints found for m:free."] }, "failed model-gone", "none"],
  ["404 of the model's life, one of a chain", { answer: [404, "No endpoints found for m:free."], context: { hasOtherModel: true } }, "another-key", "none"],
  ["400 of the model's life", { answer: [400, "m:free is not a valid model ID"] }, "failed model-gone", "none"],

  ["503", { answer: [503, "overloaded"] }, "retried", "none"],
  ["503 of one of a chain", { answer: [503, "overloaded"], context: { hasOtherModel: true } }, "another-model", "none"],
  ["503, attempts spent", { answer: [503, "overloaded"], context: { progress: { calls: 2, failures: 2 } } }, "answered 503", "none"],
  ["503, calls spent", { answer: [503, "overloaded"], context: lastCall }, "answered 503", "none"],
  ["a broken connection, attempts spent", { result: failure("network"), context: { maxAttempts: 1 } }, "answered 502", "none"],
  ["a timeout, attempts spent", { result: failure("timeout"), context: { maxAttempts: 1 } }, "answered 504", "none"],
  ["no room for the answer", { result: failure("no-room") }, "retried", "none"],
  ["no room for the answer of one of a chain: no other model", { result: failure("no-room"), context: { hasOtherModel: true } }, "retried", "none"],
  ["no room for the answer, attempts spent", { result: failure("no-room"), context: { maxAttempts: 1 } }, "answered 503", "none"],
  ["a call that was not sent, at the most calls", { result: failure("network", { wasSent: false }), context: { maxCalls: 1 } }, "retried", "none"],
  ["a call that was not sent, attempts spent", { result: failure("network", { wasSent: false }), context: { maxAttempts: 1 } }, "answered 502", "none"],

  ["an unfit answer", { failed: ["content"] }, "retried", "none"],
  ["an unfit answer of a second account: the first one", { failed: ["json"], context: { suspect } }, "retried", "retire-account"],
  ["an unfit answer, attempts spent", { failed: ["content"], context: { progress: { calls: 2, failures: 2 } } }, "answered 200", "none"],
  ["an unfit answer, calls spent", { failed: ["content"], context: lastCall }, "answered 200", "none"],

  ["429 of the account", { answer: [429, minute] }, "another-key", "park"],
  ["429 of the only account", { answer: [429, minute], context: lone }, "another-key", "park"],
  ["429 of the account, calls spent", { answer: [429, minute], context: lastCall }, "failed no-usable-key", "park"],
  ["429 of the model", { answer: [429, provider] }, "wait-for-model", "none"],
  ["429 of the model, calls spent", { answer: [429, provider], context: lastCall }, "answered 429", "none"],

  ["404 of the account's settings", { answer: [404, policy] }, "another-key", "none"],
  ["404 of the last account's settings", { answer: [404, policy], context: lone }, "answered 404", "none"],
  ["404 of the account's settings, calls spent", { answer: [404, policy], context: lastCall }, "answered 404", "none"],

  ["401, invalid", { answer: [401, "no"], keyState: "invalid" }, "another-key", "retire-key"],
  ["401, well: a second opinion", { answer: [401, "no"], keyState: "well" }, "another-key", "none"],
  ["401 of a second key that is well", { answer: [401, "no"], keyState: "well", context: { progress: { calls: 1, failures: 0, refusedBy: ["first"] } } }, "failed no-usable-key", "none"],
  ["401, not known", { answer: [401, "no"], keyState: "unknown" }, "another-key", "none"],
  ["401, invalid, one retired before", { answer: [401, "no"], keyState: "invalid", context: retired }, "another-key", "none"],
  ["401, invalid, calls spent", { answer: [401, "no"], keyState: "invalid", context: lastCall }, "failed no-usable-key", "retire-key"],
  ["403 key limit, spent", { answer: [403, "Key limit exceeded"], keyState: "spent" }, "another-key", "retire-key"],
  ["403 key limit, well: a second opinion", { answer: [403, "Key limit exceeded"], keyState: "well" }, "another-key", "none"],

  ["402, refused by /key as well", { answer: [402, "credits"], keyState: "refused" }, "another-key", "retire-account"],
  ["402, refused, one retired before", { answer: [402, "credits"], keyState: "refused", context: retired }, "another-key", "none"],
  ["402, well: a second opinion", { answer: [402, "credits"], keyState: "well" }, "another-key", "none"],
  ["402, well, no other account", { answer: [402, "credits"], keyState: "well", context: lone }, "answered 402", "none"],
  ["402 of a second account: the request", { answer: [402, "credits"], keyState: "well", context: { suspect } }, "answered 402", "none"],
  ["200 of a second account: the first one", { context: { suspect } }, "answered 200", "retire-account"],
  ["200 of a second account for another model proves nothing", { context: { suspect: { key: first, model: "n:free" } } }, "answered 200", "none"],
  ["a whole stream of a second account: the first one", { result: { kind: "relayed", calledModel: "m:free", upstreamMs: 7 }, context: { suspect } }, "stream-ended", "retire-account"],
  ["400 of a second account proves nothing", { answer: [400, "bad"], context: { suspect } }, "answered 400", "none"],
  ["402 for a plugin", { answer: [402, "credits"], request: { plugins: [{ id: "web" }] } }, "answered 402", "none"],
  ["402 for :online", { answer: [402, "credits"], request: { model: "m:free:online" } }, "answered 402", "none"],
  ["402 for a paid fallback", { answer: [402, "credits"], request: { models: ["paid/model"] } }, "answered 402", "none"],
])("%s", ([, situation, next, keyEffect]) => {
  const decision = decideOn(situation);
  expect(describe(decision.next)).toBe(next);
  expect(decision.keyEffect.kind).toBe(keyEffect);
});

test("a call that was not sent costs an attempt but no call, and its slot is given back", () => {
  const decision = decideOn({ result: failure("network", { wasSent: false }) });
  expect(decision.givesSlotBack).toBe(true);
  expect(decision.progress).toEqual({ calls: 1, failures: 1 });
});

test("an answer without room costs an attempt and a call, and its model is called again", () => {
  const { next, progress, coolModel } = decideOn({
    result: failure("no-room"),
    context: { hasOtherModel: true },
  });
  const after = { calls: 2, failures: 1, key: "second" };
  expect(next).toEqual({ kind: "retried", progress: after });
  expect(progress).toEqual(after);
  expect(coolModel).toBeUndefined();
});

test("an unfit answer costs an attempt and a call, and cools no model", () => {
  const decision = decideOn({ failed: ["content"] });
  expect(decision.next).toMatchObject({ progress: { calls: 2, failures: 1 } });
  expect(decision.coolModel).toBeUndefined();
  expect(decision.givesSlotBack).toBe(false);
});

test("the last unfit answer says what it fails", () => {
  const { next } = decideOn({
    failed: ["content", "json"],
    context: { maxAttempts: 1 },
  });
  expect(next).toMatchObject({
    answer: {
      status: 200,
      headers: { "x-answer-check": "failed content, json" },
    },
  });
});

test("only answers are checked", () => {
  const { next } = decideOn({ answer: [400, "bad"], failed: ["content"] });
  expect(next).toMatchObject({ kind: "answered", answer: { status: 400 } });
  expect(next).not.toHaveProperty("answer.headers.x-answer-check");
});

test("the account that is retired is the one that refused, not the one that answered", () => {
  const decision = decideOn({ context: { suspect } });
  expect(decision.effectOn).toBe(first);
  expect(decision.suspect).toBeUndefined();
});

// biome-ignore format: a table
test.for<[name: string, message: string]>([
  ["a setting of the only account", policy],
  ["another model of the chain", "No endpoints found for a/n:free."],
])("an error inside a 200 is told under its own status: %s", ([, message]) => {
  const body = Buffer.from(JSON.stringify({ error: { code: 404, message } }));
  const result: CallResult = {
    kind: "answer",
    answer: { status: 200, headers: {}, body },
    calledModel: "m:free",
    upstreamMs: 7,
  };
  const { next } = decideOn({
    result,
    models: ["m:free", "a/n:free"],
    context: { ...lone, ...lastCall },
  });
  expect(describe(next)).toBe("answered 404");
});

test("a suspect that refused one model is not convicted by an answer of another one", () => {
  const chain = { hasOtherModel: true };
  const refused = decideOn({
    answer: [402, "credits"],
    keyState: "well",
    context: { ...chain, key: first, suspect: undefined },
  });
  expect(refused.suspect).toEqual(suspect);
  const limited = decideOn({
    answer: [429, provider],
    context: { ...chain, suspect: refused.suspect },
  });
  expect(limited.suspect).toEqual(suspect);
  const unfit = decideOn({
    failed: ["json"],
    context: { ...chain, suspect: limited.suspect, model: "n:free" },
  });
  expect(unfit.keyEffect.kind).toBe("none");
  expect(unfit.suspect).toEqual(suspect);
  const answered = decideOn({ context: { suspect: unfit.suspect } });
  expect(answered).toMatchObject({
    keyEffect: { kind: "retire-account" },
    effectOn: first,
  });
});

test("accounts that refused are remembered with the request", () => {
  const { progress } = decideOn({
    answer: [404, policy],
    context: { progress: { calls: 1, failures: 0, refusedBy: ["first"] } },
  });
  expect(progress.refusedBy).toEqual(["first", "second"]);
});

function describe(next: Decision["next"]): string {
  switch (next.kind) {
    case "answered":
      return `${next.kind} ${next.answer.status}`;
    case "failed":
      return `${next.kind} ${next.code}`;
    case "stream-broken":
      return `${next.kind} ${next.status}`;
    default:
      return next.kind;
  }
}

test("a call that was aborted before it was sent costs nothing, and one that was sent is counted", () => {
  const stops = { abortReason: "worker stops" };
  const unsent = failure("aborted", { wasSent: false });
  expect(decideOn({ result: unsent, context: stops })).toMatchObject({
    givesSlotBack: true,
    progress: { calls: 1 },
  });
  expect(
    decideOn({ result: failure("aborted"), context: stops }),
  ).toMatchObject({ givesSlotBack: false, progress: { calls: 2 } });
});

test("a key that is retired leaves the other keys of its account in use", () => {
  const { progress } = decideOn({ answer: [401, "no"], keyState: "invalid" });
  expect(progress.hasRetired).toBe(true);
  expect(progress.refusedBy).toBeUndefined();
});
