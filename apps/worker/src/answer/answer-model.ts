import { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import { parseRange } from "@openrouter-free-pool/shared/json/parse-json";
import { scanJson } from "@openrouter-free-pool/shared/json/scan-json";
import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import type { CallResult } from "./call-result.ts";
import { type EventObject, memberOf } from "./event-text.ts";

/** In a larger answer the model is not looked for. */
const mostScannedBytes = 1024 * 1024;
const maxDepth = 1_000;
const names = new MemberNames(["model"]);

/**
 * The model that an answer names, where it is another one of its request's models than the one that was asked for:
 * OpenRouter has fallen through to it. A variant of a name (a date, no `:free`) is the model that was asked for.
 *
 * @param sent the models that the request named, the first one first.
 */
export function findOtherModel(
  result: CallResult,
  sent: readonly string[],
): string | undefined {
  const others = sent.filter((model) => model !== sent[0]);
  return others.length === 0
    ? undefined
    : pickOther(readModel(result, others), sent);
}

/** A model that an answer names, if it is another one of those sent than the first one. */
export function pickOther(
  named: unknown,
  sent: readonly string[],
): string | undefined {
  return named === sent[0] ? undefined : sent.find((model) => model === named);
}

function readModel(result: CallResult, others: readonly string[]): unknown {
  switch (result.kind) {
    case "relayed":
    case "broken":
      return result.model;
    case "answer": {
      const { status, body } = result.answer;
      if (status !== 200 || body.length > mostScannedBytes) return undefined;
      // Most answers name no other model, and need no scan.
      const isNamed = others.some((model) => body.includes(`"${model}"`));
      return isNamed ? readMember(body) : undefined;
    }
    case "no-answer":
      return undefined;
  }
}

function readMember(body: Buffer): unknown {
  const text = withoutMark(body);
  try {
    const range = scanJson(text, { names, maxDepth }).members.get("model");
    return range && parseRange(text, range);
  } catch {
    return undefined;
  }
}

/** The model that an event of a stream names, in the form of any endpoint. */
export function readEventModel(
  event: EventObject | undefined,
): string | undefined {
  if (!event) return undefined;
  const { model, message, response } = event;
  return [model, memberOf(message, "model"), memberOf(response, "model")].find(
    (named) => typeof named === "string",
  );
}
