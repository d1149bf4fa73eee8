import type { ToldError } from "./answer-meaning.ts";
import { saysLoss } from "./model-life.ts";

const settings = [
  ["guardrails", /\bguardrail/i],
  ["data policy", /\bdata[ _-]policy\b/i],
  ["privacy", /\bprivacy (settings|preferences)\b/i],
] as const;

/** A setting of an account at OpenRouter that keeps it from serving a model. */
export type AccountSetting = (typeof settings)[number][0];

/**
 * The setting of the account that a 404 is about; another account may serve the request.
 *
 * @param sent the models that the request named.
 * @returns undefined when the answer is about the request or the model.
 */
export function readAccountSetting(
  { status, details }: Pick<ToldError, "status" | "details">,
  sent: readonly string[],
): AccountSetting | undefined {
  const { message } = details;
  // A loss names its model, by its id or as people do: "The free Guardrail 7B period has ended".
  if (status !== 404 || saysLoss(message)) return undefined;
  const text = withoutModels(message, sent);
  return settings.find(([, pattern]) => pattern.test(text))?.[0];
}

/** A model's name may hold the words of a setting: `x/guardrail-7b:free`. */
function withoutModels(message: string, models: readonly string[]): string {
  return models
    .flatMap((model) => [model, model.replace(/:[\w-]+$/, "")])
    .filter((name) => name.includes("/"))
    .reduce((text, name) => text.replaceAll(name, ""), message);
}
