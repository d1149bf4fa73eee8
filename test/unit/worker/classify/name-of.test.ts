import { expect, test } from "vitest";
import type { NoAnswer } from "../../../../apps/worker/src/answer/outcome.ts";
import {
  classifyResult,
  nameOf,
} from "../../../../apps/worker/src/classify/classify-result.ts";

test.for<[NoAnswer["reason"], string]>([
  ["network", "broken:502"],
  ["timeout", "broken:504"],
  ["aborted", "broken:aborted"],
  ["reader-stalled", "broken:reader-stalled"],
])("a stream that broke off (%s) is counted as %s", ([reason, name]) => {
  const failure = { reason, message: "", wasSent: true };
  const model = "a/a:free";
  const classification = classifyResult(
    { kind: "broken", failure, calledModel: model, upstreamMs: 1 },
    {
      ...{ model, models: [model], path: "/chat/completions" },
      ...{ body: "{}", checksModels: true },
    },
  );
  expect(nameOf(classification)).toBe(name);
});
