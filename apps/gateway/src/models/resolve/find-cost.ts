import type { CheckedBody } from "../../dialects/parse-body.ts";
import { quote } from "../../errors/quote.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { isFree, isFreeId } from "../catalogue/models-list.ts";
import { readMember } from "./request-needs.ts";

/** Plugins that are free with a free model. */
const freePlugins: ReadonlySet<unknown> = new Set([
  "response-healing",
  "context-compression",
  "moderation",
]);
/** Engines of the plugin that reads files; if none is named OpenRouter may use a paid one. */
const freeFileEngines: ReadonlySet<unknown> = new Set([
  "pdf-text",
  "cloudflare-ai",
  "native",
]);
/** Kinds of tools that the client runs itself; OpenRouter or a provider runs all others, at a price. */
const freeTools: ReadonlySet<unknown> = new Set([
  undefined,
  "function",
  "custom",
]);
const fileInput = /"type"\s*:\s*"(file|input_file)"/;

/** Whether calls of a model are free. A model that is not in the list is free only if its id says so. */
export function isFreeModel(id: string, catalogue: Catalogue): boolean {
  const model = catalogue.find(id);
  return model ? isFree(model) : isFreeId(id);
}

/**
 * What a request uses that is billed even with a free model: plugins, server tools.
 *
 * @returns its name, to be used in a sentence; undefined when there is nothing.
 */
export function findPaidExtra(
  bytes: Buffer,
  body: CheckedBody,
): string | undefined {
  const { members } = body;
  for (const name of ["web_search_options", "preset"]) {
    const range = members.get(name);
    if (range && range.kind !== "null") return `\`${name}\``;
  }
  return (
    findPaidPlugin(bytes, body) ??
    findPaidTool(bytes, body) ??
    findPaidFile(bytes, body)
  );
}

function findPaidTool(bytes: Buffer, body: CheckedBody): string | undefined {
  const range = body.members.get("tools");
  if (range?.kind !== "array") return undefined;
  const tools = readMember(bytes, body, "tools");
  if (!Array.isArray(tools)) return "a list of tools that is too long to read";
  const types = tools.map((tool) => toObject(tool).type);
  const paid = types.find((type) => !freeTools.has(type));
  return paid === undefined ? undefined : `the tool ${show(paid)}`;
}

/**
 * A file that the model cannot read is read by a plugin, which may be a paid one unless a free one
 * is named.
 */
function findPaidFile(bytes: Buffer, body: CheckedBody): string | undefined {
  if (!bytes.includes('"file"') && !bytes.includes('"input_file"')) {
    return undefined;
  }
  if (!fileInput.test(bytes.toString("latin1"))) return undefined;
  const plugins = readMember(bytes, body, "plugins");
  const isReadForFree = Array.isArray(plugins) && plugins.some(isFreeReader);
  return isReadForFree
    ? undefined
    : "a file without a free engine of the plugin file-parser";
}

function findPaidPlugin(bytes: Buffer, body: CheckedBody): string | undefined {
  const range = body.members.get("plugins");
  if (!range || range.kind === "null") return undefined;
  const plugins = readMember(bytes, body, "plugins");
  if (!Array.isArray(plugins)) return "`plugins`";
  for (const plugin of plugins) {
    const { id, enabled } = toObject(plugin);
    if (enabled === false || freePlugins.has(id)) continue;
    if (!isFreeReader(plugin)) return `the plugin ${show(id)}`;
  }
  return undefined;
}

function isFreeReader(plugin: unknown): boolean {
  const { id, pdf } = toObject(plugin);
  return id === "file-parser" && freeFileEngines.has(toObject(pdf).engine);
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)
    : {};
}

function show(name: unknown): string {
  return typeof name === "string" ? quote(name) : "of an odd form";
}
