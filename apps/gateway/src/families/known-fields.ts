import { z } from "zod";

const model = z
  .string()
  .min(1)
  .meta({ description: "Such as `google/gemma-4-31b-it:free`" });

/** The schema of a body: `fields` of its family, and the model, which all have. */
export function bodySchema<Fields extends z.ZodRawShape>(fields: Fields) {
  return z
    .looseObject({
      model: model.optional(),
      models: z
        .array(model)
        .min(1)
        .meta({ description: "Tried one after the other by OpenRouter" })
        .optional(),
      stream: z.boolean().nullish(),
      ...fields,
    })
    .refine((body) => body.model !== undefined || body.models !== undefined, {
      path: ["model"],
      error: "is required (or `models`)",
    })
    .meta({ anyOf: [{ required: ["model"] }, { required: ["models"] }] });
}

/** A field that must be there, whatever it holds. */
export const present = z
  .unknown()
  .refine((value) => value !== undefined && value !== null, "is required");
