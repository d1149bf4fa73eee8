import type { CheckedBody } from "../../dialects/parse-body.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { isFree, isFreeId } from "../catalogue/models-list.ts";
import { readMember } from "./request-needs.ts";

/** Plugins that cost nothing with a free model. */
const freePlugins: ReadonlySet<unknown> = new Set([
  "response-healing",
  "context-compression",
  "moderation",
]);
/** Engines of the plugin that reads files; without one OpenRouter may take a paid one. */
const freeFileEngines: ReadonlySet<unknown> = new Set([
  "pdf-text",
  "cloudflare-ai",
  "native",
]);
/** Tools that OpenRouter or a provider runs, at a price. */
const paidTool = /"(openrouter:|web_search)/;

/** Whether a call of a model costs nothing. One that is not in the list costs nothing only if its id says so. */
export function isFreeModel(id: string, catalogue: Catalogue): boolean {
  const model = catalogue.find(id);
  return model ? isFree(model) : isFreeId(id);
}

/**
 * What a request asks for that is billed also with a free model: plugins, server tools.
 *
 * @returns its name, as it goes into a sentence; undefined when there is nothing.
 */
export function findPaidExtra(
  bytes: Buffer,
  body: CheckedBody,
): string | undefined {
  const { members } = body;
  const options = members.get("web_search_options");
  if (options && options.kind !== "null") return "`web_search_options`";
  const plugin = findPaidPlugin(bytes, body);
  if (plugin !== undefined) return plugin;
  const tools = members.get("tools");
  if (tools?.kind !== "array") return undefined;
  const read = readMember(bytes, body, "tools");
  if (Array.isArray(read)) {
    const tool = read.map(typeOf).find((type) => paidTool.test(`"${type}`));
    return tool === undefined ? undefined : `the tool ${show(tool)}`;
  }
  const text = bytes.toString("latin1", tools.start, tools.end);
  return /"type"\s*:\s*"(openrouter:|web_search)/.test(text)
    ? "a server tool"
    : undefined;
}

function findPaidPlugin(bytes: Buffer, body: CheckedBody): string | undefined {
  const range = body.members.get("plugins");
  if (!range || range.kind === "null") return undefined;
  const plugins = readMember(bytes, body, "plugins");
  if (!Array.isArray(plugins)) return "`plugins`";
  for (const plugin of plugins) {
    const { id, enabled, pdf } = toObject(plugin);
    if (enabled === false || freePlugins.has(id)) continue;
    const isFreeReader =
      id === "file-parser" && freeFileEngines.has(toObject(pdf).engine);
    if (!isFreeReader) return `the plugin ${show(id)}`;
  }
  return undefined;
}

function typeOf(tool: unknown): string {
  const { type } = toObject(tool);
  return typeof type === "string" ? type : "";
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)
    : {};
}

function show(name: unknown): string {
  return JSON.stringify(String(name).slice(0, 100));
}
