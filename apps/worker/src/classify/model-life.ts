import type { UpstreamAnswer } from "../answer/outcome.ts";
import { readErrorBody } from "./errors/read-error-body.ts";

/** Sentences by which OpenRouter says that it does not serve a model any more, or never did. */
const losses: readonly RegExp[] = [
  /^no endpoints found for \S+?\.?\s*$/i,
  /\bperiod has ended\b/i,
  /\bis not a valid model id\b/i,
  /\bmodel\b.*\b(no longer (available|offered|served)|been (deprecated|removed|retired|discontinued))\b/i,
];

const statuses: ReadonlySet<number> = new Set([400, 404, 410]);

/** A model that OpenRouter says it does not serve. */
export type ModelLoss = { readonly model: string; readonly message: string };

/**
 * The model whose life an error speaks of. Errors about the account's settings, or about what
 * the request wants of a model, are none of these.
 *
 * @param sent the models that the request named, the first one first.
 * @returns undefined when the answer speaks of something else, or does not say which model it means.
 */
export function readModelLoss(
  { status, body }: Pick<UpstreamAnswer, "status" | "body">,
  sent: readonly string[],
): ModelLoss | undefined {
  if (!statuses.has(status)) return undefined;
  const { message } = readErrorBody(body);
  if (!losses.some((pattern) => pattern.test(message))) return undefined;
  const model = sent.length === 1 ? sent[0] : findNamed(message, sent);
  return model === undefined ? undefined : { model, message };
}

/** The longest id counts: one may be the beginning of another. A free model may be named by its paid twin. */
function findNamed(
  message: string,
  sent: readonly string[],
): string | undefined {
  const byLength = sent.toSorted((a, b) => b.length - a.length);
  return (
    byLength.find((model) => message.includes(model)) ??
    byLength.find((model) => message.includes(model.replace(/:free$/, "")))
  );
}
