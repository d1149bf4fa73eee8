import { expect, test } from "vitest";
import { toErrorDetails } from "../../../../apps/worker/src/classify/errors/error-details.ts";
import { readModelLoss } from "../../../../apps/worker/src/classify/model-life.ts";

const free = "a/b:free";

function read(status: number, message: string, sent = [free]) {
  const details = toErrorDetails({ code: status, message });
  return readModelLoss({ status, details }, sent)?.model;
}

// biome-ignore format: a table
test.for<[status: number, message: string, isGone: boolean]>([
  [404, "No endpoints found for a/b:free", true],
  [404, "The free Molmo2 8B period has ended. To continue using this model, please migrate to the paid slug: a/b", true],
  [400, "a/b:free is not a valid model ID", true],
  [400, "bogus/z is not a valid model ID", false],
  [400, "Invalid value: 'my model has been removed' is too long", false],
  [404, "No endpoints found for other/model:free.", false],
  [404, "This model has been deprecated", true],
  [404, "No endpoints found matching your data policy (Free model training). Configure: …", false],
  [404, "No endpoints available matching your guardrail restrictions and data policy. …", false],
  [404, "No endpoints found that support tool use. To learn more …", false],
  [404, "No endpoints found that support image input", false],
  [404, "No endpoints found that can handle the requested parameters.", false],
  [400, "This endpoint's maximum context length is 4096 tokens.", false],
  [400, 'Input required: specify "prompt" or "messages"', false],
  [404, "Not found", false],
  [500, "No endpoints found for a/b:free.", false],
])("%i %s", ([status, message, isGone]) => {
  expect(read(status, message) !== undefined).toBe(isGone);
});

test("of a chain the model counts that the message names", () => {
  const chain = ["a/b:free", "a/b-long:free", "c/d:free"];
  expect(read(404, "No endpoints found for a/b-long:free.", chain)).toBe(
    "a/b-long:free",
  );
  expect(
    read(404, "The free D period has ended. … the paid slug: c/d", chain),
  ).toBe("c/d:free");
  expect(read(404, "No endpoints found for e/f:free.", chain)).toBeUndefined();
  const replaced = "The model a/b:free has been deprecated, use c/d:free";
  expect(read(404, replaced, chain)).toBe("a/b:free");
});

test("what a provider says is not about what OpenRouter serves", () => {
  const error = {
    code: 404,
    message: "This model has been deprecated",
    metadata: { provider_name: "Somebody" },
  };
  const details = toErrorDetails(error);
  expect(readModelLoss({ status: 404, details }, [free])).toBeUndefined();
});
