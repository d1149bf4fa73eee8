import { isRecord } from "../json.ts";

type Schema = Record<string, unknown>;

const MAX_DEPTH = 16;
const DEFINITION = /^#\/(\$defs|definitions)\/(.+)$/;

function resolveReference(schema: Schema, root: Schema): Schema {
  const [, group = "", name = ""] = DEFINITION.exec(String(schema.$ref)) ?? [];
  const definitions = root[group];
  const found = isRecord(definitions) ? definitions[name] : undefined;
  return isRecord(found) ? found : schema;
}

function pickVariant(schema: Schema): unknown {
  const variants = [schema.anyOf, schema.oneOf, schema.allOf].find(
    Array.isArray,
  );
  return variants?.[0];
}

function nameType({ type, properties }: Schema): unknown {
  if (type === undefined && isRecord(properties)) return "object";
  return Array.isArray(type) ? type[0] : type;
}

function buildObject(
  properties: unknown,
  build: (schema: unknown) => unknown,
): Record<string, unknown> {
  const entries = Object.entries(isRecord(properties) ? properties : {});
  return Object.fromEntries(entries.map(([k, schema]) => [k, build(schema)]));
}

function buildValue(
  given: unknown,
  context: { text: string; root: Schema; depth: number },
): unknown {
  if (!isRecord(given) || context.depth > MAX_DEPTH) return null;
  const schema = resolveReference(given, context.root);
  const build = (inner: unknown) =>
    buildValue(inner, { ...context, depth: context.depth + 1 });
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const variant = pickVariant(schema);
  if (variant !== undefined) return build(variant);
  switch (nameType(schema)) {
    case "object":
      return buildObject(schema.properties, build);
    case "array":
      return [build(schema.items)];
    case "string":
      return context.text;
    case "number":
    case "integer":
      return typeof schema.minimum === "number" ? schema.minimum : 1;
    case "boolean":
      return true;
    default:
      return null;
  }
}

/** An example of a JSON schema's simple parts: every property, one item an array, `text` for every string. */
export function buildExample(schema: unknown, text: string): unknown {
  if (!isRecord(schema)) return { text };
  return buildValue(schema, { text, root: schema, depth: 0 });
}
