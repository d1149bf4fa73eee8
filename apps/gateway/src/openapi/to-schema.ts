import { z } from "zod";

/** A JSON Schema in the form of OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema's input, or with `io: "output"` its output, as JSON Schema. */
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

/** Removes the bounds of JavaScript's integers: they say nothing, and would appear as the first example. */
function leaveOutMachineBounds(schema: {
  minimum?: number;
  maximum?: number;
}): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
