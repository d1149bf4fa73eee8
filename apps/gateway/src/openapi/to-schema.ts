import { z } from "zod";

/** A JSON Schema as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a schema takes, or with `io: "output"` gives, as JSON Schema. */
export function toSchema(
  schema: z.ZodType,
  io: "input" | "output" = "input",
): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => leaveOutMachineBounds(jsonSchema),
  });
  return rest;
}

/** That an integer is one that JavaScript can hold says nothing, and would be the first example of it. */
function leaveOutMachineBounds(schema: {
  minimum?: number;
  maximum?: number;
}): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
