import type { Catalogue } from "../models/catalogue/catalogue.ts";

const freeVariant = /:free$/;

/**
 * The cost of a free model's tokens at the list price of its paid twin, in dollars.
 *
 * @returns undefined when no twin is known; 0 for a paid model.
 */
export type PriceTokens = (
  model: string,
  tokens: { prompt: number; completion: number },
) => number | undefined;

/** Builds {@link PriceTokens} on OpenRouter's list. */
export function createPriceTokens(
  catalogue: Pick<Catalogue, "find">,
): PriceTokens {
  return function priceTokens(model, { prompt, completion }) {
    if (!freeVariant.test(model)) return priceOf(model) ? 0 : undefined;
    const price = priceOf(model.replace(freeVariant, ""));
    return price && prompt * price.prompt + completion * price.completion;
  };

  /** In dollars a token; undefined for a model that is unknown or free. */
  function priceOf(model: string) {
    const { prompt, completion } = catalogue.find(model)?.pricing ?? {};
    const price = { prompt: Number(prompt), completion: Number(completion) };
    return price.prompt > 0 || price.completion > 0 ? price : undefined;
  }
}
