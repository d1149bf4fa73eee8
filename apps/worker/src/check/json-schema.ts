import { createRequire } from "node:module";
import type { Options, ValidateFunction } from "ajv";

const require = createRequire(import.meta.url);

/** Tells whether a JSON value is valid against a schema. */
export type Validate = (value: unknown) => boolean;

/** Compiles a JSON Schema; throws for one that cannot be used. */
export type CompileSchema = (schema: object) => Validate;

const common = {
  // Annotations of other dialects (OpenAPI, Anthropic) are not errors.
  strict: false,
  // The specification's default: a format is an annotation.
  validateFormats: false,
  ownProperties: true,
  messages: false,
  logger: false,
} as const satisfies Options;

/** Each schema gets an instance of its own: in a shared one ids would collide and accumulate. */
const forOneSchema = {
  ...common,
  // The schema is validated before, by an instance that is kept.
  validateSchema: false,
  meta: false,
} as const satisfies Options;

/** Builds {@link CompileSchema} for drafts 2020-12 and 7; it takes some 100 ms. */
export function createCompileSchema(): CompileSchema {
  // Loaded here, not at start: few workers ever check a schema.
  const { Ajv } = require("ajv") as typeof import("ajv");
  const { Ajv2020 } =
    require("ajv/dist/2020.js") as typeof import("ajv/dist/2020.js");
  const drafts = [
    { id: /2020-12\/schema/, Version: Ajv2020, meta: new Ajv2020(common) },
    { id: /draft-0[67]\/schema/, Version: Ajv, meta: new Ajv(common) },
  ];
  // Compiles the drafts' own schemas now, so that no later call has to wait for it.
  for (const { meta } of drafts) void meta.validateSchema({});

  return function compileSchema(schema) {
    const { $schema, ...content } = schema as { $schema?: unknown };
    const draft = drafts.find(
      ({ id, meta }) =>
        ($schema === undefined || id.test(String($schema))) &&
        meta.validateSchema(content) === true,
    );
    if (!draft) throw new Error("It is no schema of draft 2020-12 or 7");
    const validate: ValidateFunction = new draft.Version(forOneSchema).compile(
      content,
    );
    if ("$async" in validate) throw new Error("It is asynchronous");
    return (value) => validate(value);
  };
}
