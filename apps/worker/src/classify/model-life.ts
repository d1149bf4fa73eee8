import type { ToldError } from "./answer-meaning.ts";

/** Messages by which OpenRouter says that it does not serve a model any more, or never did. */
const losses: readonly RegExp[] = [
  /^no endpoints found for \S+?\.?\s*$/i,
  /^the free .{1,200} period has ended\b/i,
  /^\S+ is not a valid model id\.?\s*$/i,
  /^(the |this )?model( \S+)? (is no longer (available|offered|served)|has been (deprecated|removed|retired|discontinued))\b/i,
];

const statuses: ReadonlySet<number> = new Set([400, 404, 410]);

/** A model that OpenRouter says it does not serve. */
export type ModelLoss = {
  readonly model: string;
  readonly message: string;
  /** What the error means: 400, 404 or 410. */
  readonly status: number;
};

/**
 * The model that an error says is not served. Errors about the account's settings, or about
 * features that the request needs, do not count.
 *
 * @param sent the models that the request named, the first one first.
 * @returns undefined when the answer is about something else, or does not say which model it means.
 */
export function readModelLoss(
  { status, details }: Pick<ToldError, "status" | "details">,
  sent: readonly string[],
): ModelLoss | undefined {
  if (!statuses.has(status)) return undefined;
  const { message, isFromProvider } = details;
  // A provider's error does not tell what OpenRouter serves.
  if (isFromProvider || !saysLoss(message)) return undefined;
  const model = findNamed(message, sent);
  return model === undefined ? undefined : { model, message, status };
}

/** Whether a message says that a model is not served, whichever it is. */
export function saysLoss(message: string): boolean {
  return losses.some((pattern) => pattern.test(message));
}

const modelId = /[\w.~@-]+\/[\w.:-]*\w/;

/**
 * The model that a message means: the first one that it names, by its own id or its paid twin's;
 * where it names none, the only one that was sent.
 */
function findNamed(
  message: string,
  sent: readonly string[],
): string | undefined {
  const [named] = modelId.exec(message) ?? [];
  if (named === undefined) return sent.length === 1 ? sent[0] : undefined;
  return (
    sent.find((model) => model === named) ??
    sent.find((model) => model === `${named}:free`)
  );
}
