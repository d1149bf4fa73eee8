import { splitList } from "@openrouter-free-pool/shared/config/list";

/** The built-in alias: the free models that fit a request, best record first. */
export const autoAlias = "pool/auto";

const aliasName = /^[\w.:/-]{1,100}$/;
const mostModels = 16;
const longestModelId = 256;

/** From an alias to its models, best one first. */
export type Aliases = ReadonlyMap<string, readonly string[]>;

/**
 * Parses `fast=a/b:free|c/d:free,json=e/f:free`.
 *
 * @throws {Error} that says which entry is wrong, and why.
 */
export function parseAliases(text: string): Aliases {
  const aliases = new Map<string, readonly string[]>();
  const entries = splitList(text, { separators: ";" });
  for (const [index, entry] of entries.entries()) {
    if (entry === "") continue;
    const where = `entry ${index + 1}`;
    const equals = entry.indexOf("=");
    if (equals < 0) throw new Error(`${where}: is not name=model|model`);
    const name = entry.slice(0, equals).trim();
    if (!aliasName.test(name)) {
      throw new Error(
        `${where}: a name has letters, digits and - _ . : / only`,
      );
    }
    if (name === autoAlias) throw new Error(`${where}: ${name} is built in`);
    if (aliases.has(name)) throw new Error(`${where}: ${name} is there twice`);
    aliases.set(name, readModels(entry.slice(equals + 1), where));
  }
  for (const [name, models] of aliases) {
    const nested = models.find(
      (model) => aliases.has(model) || model === autoAlias,
    );
    if (nested) throw new Error(`${name}: ${nested} is an alias itself`);
  }
  return aliases;
}

function readModels(text: string, where: string): readonly string[] {
  const models = text
    .split("|")
    .map((model) => model.trim())
    .filter((model) => model !== "");
  if (models.length === 0) throw new Error(`${where}: names no model`);
  if (models.length > mostModels) {
    throw new Error(`${where}: names more than ${mostModels} models`);
  }
  const long = models.find((model) => model.length > longestModelId);
  if (long) throw new Error(`${where}: a model's id is too long`);
  return [...new Set(models)];
}
