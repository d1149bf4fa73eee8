import { expect, test } from "vitest";
import { readAccountSetting } from "../../../../apps/worker/src/classify/account-setting.ts";
import { toErrorDetails } from "../../../../apps/worker/src/classify/errors/error-details.ts";

const model = "x/guardrail-7b:free";

function read(status: number, message: string) {
  const details = toErrorDetails({ code: status, message });
  return readAccountSetting({ status, details }, [model]);
}

// biome-ignore format: a table
test.for<[status: number, message: string, setting: string | undefined]>([
  [404, "No endpoints found matching your data policy (Free model training). Configure: https://openrouter.ai/settings/privacy", "data policy"],
  [404, "No endpoints available matching your guardrail restrictions and data policy. …", "guardrails"],
  [404, `No endpoints found for ${model} matching your data policy`, "data policy"],
  [404, "Check your privacy settings", "privacy"],
  [403, "No endpoints found matching your data policy", undefined],
  [404, "No endpoints found that support tool use. To learn more …", undefined],
  [404, `No endpoints found for ${model}.`, undefined],
  [404, "No endpoints found for y/other-guardrail:free.", undefined],
  [404, "The free Guardrail 7B period has ended. To continue … the paid slug: x/guardrail-7b", undefined],
  [404, `${model} cannot handle the requested parameters`, undefined],
  [404, "x/guardrail-7b cannot handle the requested parameters", undefined],
])("%i %s", ([status, message, setting]) => {
  expect(read(status, message)).toBe(setting);
});
