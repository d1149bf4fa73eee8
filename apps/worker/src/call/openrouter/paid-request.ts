import { isFreeModel } from "./free-model.ts";

type Body = {
  readonly models?: unknown;
  readonly fallbacks?: unknown;
  readonly plugins?: unknown;
  readonly tools?: unknown;
  readonly web_search_options?: unknown;
};

/**
 * Whether a request asks for something that costs money, also with a free model: plugins,
 * web search, a paid model in its chain. A refusal for want of money is then its own fault.
 */
export function asksForPaid(request: {
  readonly model: string;
  readonly body: string;
}): boolean {
  if (!isFreeModel(request.model)) return true;
  const body = parseBody(request.body);
  return (
    listOf(body.plugins).length > 0 ||
    Boolean(body.web_search_options) ||
    listOf(body.tools).some(isServerTool) ||
    [...listOf(body.models), ...listOf(body.fallbacks)].some(isPaidModel)
  );
}

function parseBody(text: string): Body {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Tools that OpenRouter or the provider runs, at a price. */
function isServerTool(tool: unknown): boolean {
  const type = readField(tool, "type");
  return typeof type === "string" && /^(openrouter:|web_search)/.test(type);
}

/** An entry of a chain: a model's id, or an object that names one. */
function isPaidModel(entry: unknown): boolean {
  const model = typeof entry === "string" ? entry : readField(entry, "model");
  return typeof model === "string" && !isFreeModel(model);
}

function readField(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
