import { z } from "zod";

const listOfText = z.array(z.string()).optional().catch(undefined);

/**
 * One of OpenRouter's models. What is named here is read; a value of an unexpected type
 * counts as absent. Everything else is its own matter.
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
  /** Dollars a token, a request, an image; texts. */
  pricing: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  supported_parameters: listOfText,
  /** `YYYY-MM-DD`, when it is known to end. */
  expiration_date: z.string().nullish().catch(undefined),
});

/** OpenRouter's list of models, or a page of it, as it sends it; entries without an id are left out. */
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
/** `author/name:free`: no router, preset, alias of OpenRouter's or second variant. */
const freeVariant = /^(?!openrouter\/)[^~@:\s/][^@:\s/]*\/[^@:\s]+:free$/;

/** Whether an id alone says that a model costs nothing. */
export function isFreeId(id: string): boolean {
  return id === freeRouter || freeVariant.test(id);
}

/** A model that costs nothing: by its id, or with no price but zero. */
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
