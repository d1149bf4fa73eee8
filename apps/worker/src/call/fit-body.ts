import { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import { parseRange } from "@openrouter-free-pool/shared/json/parse-json";
import {
  type JsonRange,
  scanJson,
} from "@openrouter-free-pool/shared/json/scan-json";
import { memberOf, toList } from "../answer/event-text.ts";
import { mostBodyLevels } from "./body-members.ts";
import type { RequestBody } from "./request-body.ts";

const names = new MemberNames(["model", "models", "fallbacks"]);

/** A body, and the models that it names. */
type FittedBody = {
  readonly body: RequestBody;
  readonly models: readonly string[];
};

/**
 * The body with exactly these models, in this order; a body without a list of models names the
 * first one only. A body that fits already stays the same, byte for byte; otherwise only the values
 * of `model`, `models` and `fallbacks` change.
 *
 * @param body as the gateway checked it.
 */
export function fitBody(
  body: RequestBody,
  models: readonly string[],
): FittedBody {
  const bytes = Buffer.from(body);
  const { members } = scanJson(bytes, { names, maxDepth: mostBodyLevels });
  const read = (name: string) => {
    const range = members.get(name);
    return range && parseRange(bytes, range);
  };
  const named = {
    model: read("model"),
    models: toList(read("models")),
    fallbacks: toList(read("fallbacks")),
  };
  if (isSame(chainOf(named), models)) return { body, models };
  const edits: Edit[] = [];
  const replace = (name: string, value: unknown) => {
    const range = members.get(name);
    if (range) edits.push({ range, text: JSON.stringify(value) });
  };
  const [first, ...others] = models;
  const hasModel = typeof named.model === "string";
  const ownFallbacks = named.fallbacks.filter((entry) => {
    const model = memberOf(entry, "model");
    return typeof model === "string" && others.includes(model);
  });
  const inFallbacks = ownFallbacks.map((entry) => memberOf(entry, "model"));
  const rest = others.filter((model) => !inFallbacks.includes(model));
  if (hasModel) replace("model", first);
  const hasList = members.get("models")?.kind === "array";
  if (hasList) {
    replace("models", hasModel && rest.length > 0 ? rest : [first, ...rest]);
    replace("fallbacks", ownFallbacks);
  } else {
    const added = rest.map((model) => ({ model }));
    replace("fallbacks", [...ownFallbacks, ...added]);
  }
  const hasChain = hasList || members.get("fallbacks")?.kind === "array";
  return {
    body: apply(bytes, edits),
    models: hasChain ? models : models.slice(0, 1),
  };
}

type Named = {
  readonly model: unknown;
  readonly models: readonly unknown[];
  readonly fallbacks: readonly unknown[];
};

/** The models that a body names, in the order in which OpenRouter tries them. */
function chainOf({ model, models, fallbacks }: Named): readonly unknown[] {
  const all = [
    ...(typeof model === "string" ? [model] : []),
    ...models,
    ...fallbacks.map((entry) => memberOf(entry, "model")),
  ];
  return [...new Set(all)];
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

type Edit = { readonly range: JsonRange; readonly text: string };

function apply(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { range, text } of edits.toSorted(
    (a, b) => a.range.start - b.range.start,
  )) {
    parts.push(bytes.subarray(at, range.start), Buffer.from(text));
    at = range.end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}
