import { z } from "zod";

/** One of OpenRouter's models; more than the id is its own matter. */
export const modelSchema = z.looseObject({ id: z.string() });

/** OpenRouter's list of models, or a page of it, as it sends it. */
export const modelsListSchema = z.looseObject({
  data: z.array(modelSchema),
  /** How many models there are on all pages. */
  total_count: z.int().optional(),
  /** Where the next page is. */
  links: z.looseObject({ next: z.string().nullish() }).optional(),
});

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

/** A model that costs nothing: a `:free` variant, the free router, or one with prices of zero. */
export function isFree(model: Model): boolean {
  if (model.id.endsWith(":free") || model.id === "openrouter/free") return true;
  const { pricing } = model;
  if (typeof pricing !== "object" || pricing === null) return false;
  const { prompt, completion } = pricing as Record<string, unknown>;
  return Number(prompt ?? 1) === 0 && Number(completion ?? 1) === 0;
}
