import { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import { memberOf, toList } from "../answer/event-text.ts";
import { readBodyMembers } from "../call/body-members.ts";
import { isFreeModel } from "./free-model.ts";

const names = new MemberNames([
  "models",
  "fallbacks",
  "plugins",
  "tools",
  "web_search_options",
]);

/**
 * Whether a request asks for something that costs money even with a free model: plugins, web
 * search, a paid model in its chain. A refusal for lack of credit is then the request's own fault.
 */
export function asksForPaid(request: {
  readonly model: string;
  readonly body: string | Buffer;
}): boolean {
  if (!isFreeModel(request.model)) return true;
  const members = readBodyMembers(request.body, names);
  const listOf = (name: string) => toList(members?.get(name));
  return (
    listOf("plugins").length > 0 ||
    Boolean(members?.get("web_search_options")) ||
    listOf("tools").some(isServerTool) ||
    [...listOf("models"), ...listOf("fallbacks")].some(isPaidModel)
  );
}

/** Tools that OpenRouter or the provider runs, at a price. */
function isServerTool(tool: unknown): boolean {
  const type = memberOf(tool, "type");
  return typeof type === "string" && /^(openrouter:|web_search)/.test(type);
}

/** An entry of a chain: a model's id, or an object that names one. */
function isPaidModel(entry: unknown): boolean {
  const model = typeof entry === "string" ? entry : memberOf(entry, "model");
  return typeof model === "string" && !isFreeModel(model);
}
