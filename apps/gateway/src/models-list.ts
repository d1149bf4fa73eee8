import { z } from "zod";
import { GatewayError } from "./gateway-error.ts";

const defaultFreshMs = 300_000;
const timeoutMs = 15_000;

/** One of OpenRouter's models; more than the id is its own matter. */
export const modelSchema = z.looseObject({ id: z.string() });

const listSchema = z.looseObject({ data: z.array(modelSchema) });

/** OpenRouter's list of models, as it sends it. */
export type ModelsList = z.output<typeof listSchema>;

/**
 * Keeps OpenRouter's list of models for a few minutes. It needs no key. When
 * OpenRouter cannot be reached, an old list is better than none.
 */
export class ModelsCache {
  readonly #url: string;
  readonly #freshMs: number;
  #list: { readonly value: ModelsList; readonly readAt: number } | undefined;
  #reading: Promise<ModelsList> | undefined;

  constructor(baseUrl: string, freshMs: number = defaultFreshMs) {
    this.#url = `${baseUrl}/models`;
    this.#freshMs = freshMs;
  }

  /** @throws {GatewayError} `upstream-unreachable` when there never was a list. */
  async get(): Promise<ModelsList> {
    const isFresh =
      this.#list && performance.now() - this.#list.readAt < this.#freshMs;
    if (this.#list && isFresh) return this.#list.value;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    try {
      return await this.#reading;
    } catch (cause) {
      if (this.#list) return this.#list.value;
      throw new GatewayError(
        "upstream-unreachable",
        "OpenRouter's list of models could not be read",
        { cause },
      );
    }
  }

  async #read(): Promise<ModelsList> {
    const response = await fetch(this.#url, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`OpenRouter answered ${response.status}`);
    const value = listSchema.parse(await response.json());
    this.#list = { value, readAt: performance.now() };
    return value;
  }
}

/** A model that costs nothing: a `:free` variant, the free router, or one with prices of zero. */
export function isFree(model: ModelsList["data"][number]): boolean {
  if (model.id.endsWith(":free") || model.id === "openrouter/free") return true;
  const { pricing } = model;
  if (typeof pricing !== "object" || pricing === null) return false;
  const { prompt, completion } = pricing as Record<string, unknown>;
  return Number(prompt ?? 1) === 0 && Number(completion ?? 1) === 0;
}
