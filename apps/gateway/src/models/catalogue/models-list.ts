import { z } from "zod";

const listOfText = z.array(z.string()).optional().catch(undefined);

/**
 * One of OpenRouter's models. The named members are read; a value of an unexpected type counts as
 * absent. Other members pass unchecked.
 */
export const modelSchema = z.looseObject({
  id: z.string(),
  context_length: z.number().nullish().catch(undefined),
  architecture: z
    .looseObject({
      input_modalities: listOfText,
      output_modalities: listOfText,
    })
    .nullish()
    .catch(undefined),
  /** Dollars a token, a request or an image, as texts. */
  pricing: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  supported_parameters: listOfText,
  /** `YYYY-MM-DD`, if its end is announced. */
  expiration_date: z.string().nullish().catch(undefined),
});

/** OpenRouter's list of models, or a page of it; entries without an id are left out. */
export const modelsListSchema = z.looseObject({
  data: z.array(modelSchema.nullable().catch(null)).transform(dropNulls),
  /** How many models there are on all pages. */
  total_count: z.int().optional().catch(undefined),
  /** Where the next page is. */
  links: z
    .looseObject({ next: z.string().nullish().catch(undefined) })
    .optional()
    .catch(undefined),
});

function dropNulls<Item>(items: readonly (Item | null)[]): Item[] {
  return items.filter((item) => item !== null);
}

/** How many models there are. */
export const modelsCountSchema = z.object({
  data: z.object({ count: z.int() }),
});

/** See {@link modelsCountSchema}. */
export type ModelsCount = z.output<typeof modelsCountSchema>;

/** See {@link modelSchema}. */
export type Model = z.output<typeof modelSchema>;

/** See {@link modelsListSchema}. */
export type ModelsList = z.output<typeof modelsListSchema>;

/** The router that picks a free model at random. */
const freeRouter = "openrouter/free";
/** `author/name:free`: not a router, a preset, an alias of OpenRouter's or another variant. */
const freeVariant = /^(?!openrouter\/)[^~@:\s/][^@:\s/]*\/[^@:\s]+:free$/;

/** Whether an id alone says that a model is free. */
export function isFreeId(id: string): boolean {
  return id === freeRouter || freeVariant.test(id);
}

/** A model that is free: by its id, or because all its prices are zero. */
export function isFree({ id, pricing }: Model): boolean {
  if (isFreeId(id)) return true;
  if (!pricing || !("prompt" in pricing && "completion" in pricing)) {
    return false;
  }
  return Object.values(pricing).every(
    (price) =>
      (typeof price === "string" && price.trim() !== "" && !Number(price)) ||
      price === 0,
  );
}
