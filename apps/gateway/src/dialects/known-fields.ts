import { z } from "zod";

/** In characters: a model's id is kept on the queue, in Redis keys and in logs. */
const longestModelId = 256;
const mostModels = 16;

const model = z
  .string()
  .min(1)
  .max(longestModelId, `has more than ${longestModelId} characters`)
  .meta({ description: "Such as `google/gemma-4-31b-it:free`" });

/** Fields of all dialects whose values are read. null counts as absent. */
const smallFields = {
  model: model.nullish(),
  models: z
    .array(model)
    .max(mostModels, `has more than ${mostModels} models`)
    .meta({ description: "Tried one after the other by OpenRouter" })
    .nullish(),
  fallbacks: z
    .array(z.looseObject({ model }))
    .max(mostModels, `has more than ${mostModels} models`)
    .meta({ description: "Anthropic's form of a chain" })
    .nullish(),
  stream: z.boolean().nullish(),
  service_tier: z.unknown().optional(),
};

/** Fields that are read only when something depends on them, such as the cost of a request. */
const lookedAtFields = [
  "plugins",
  "preset",
  "tools",
  "web_search_options",
  "response_format",
  "max_tokens",
  "max_completion_tokens",
];

/** Names of the fields whose values the gateway always reads. */
export const smallFieldNames: ReadonlySet<string> = new Set([
  ...Object.keys(smallFields),
  // Of one dialect.
  "background",
]);

/** Names of all fields whose positions in a body are determined. */
export const foundFieldNames: readonly string[] = [
  ...smallFieldNames,
  ...lookedAtFields,
];

/** The schema of a body: the `fields` of its dialect, and those of all dialects. */
export function bodySchema<Fields extends z.ZodRawShape>(fields: Fields) {
  return z
    .looseObject({ ...smallFields, ...fields })
    .refine(
      ({ model, models }) =>
        isThere(model) || (Array.isArray(models) && models.length > 0),
      { path: ["model"], error: "is required (or `models`)" },
    )
    .meta({ anyOf: [{ required: ["model"] }, { required: ["models"] }] });
}

const isThere = (value: unknown) => value !== undefined && value !== null;

/** A required field with any value. */
export const present = z.unknown().refine(isThere, "is required");
