import {
  createDispatcher,
  type Dispatcher,
  type ProxySettings,
} from "@openrouter-free-pool/shared/http/create-dispatcher";
import { GatewayError } from "../errors/gateway-error.ts";
import type { ModelsList } from "./models-list.ts";
import { readModels } from "./read-models.ts";

const defaultFreshMs = 300_000;

/**
 * Keeps OpenRouter's list of models for a few minutes. It needs no key. When
 * OpenRouter cannot be reached, an old list is better than none.
 */
export class ModelsCache {
  readonly #url: string;
  readonly #freshMs: number;
  readonly #dispatcher: Dispatcher;
  #list: { readonly value: ModelsList; readonly readAt: number } | undefined;
  #reading: Promise<ModelsList> | undefined;

  constructor(
    baseUrl: string,
    options: { proxy?: ProxySettings; freshMs?: number } = {},
  ) {
    this.#url = `${baseUrl}/models`;
    this.#freshMs = options.freshMs ?? defaultFreshMs;
    this.#dispatcher = createDispatcher(options.proxy ?? {});
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
    const value = await readModels(this.#url, this.#dispatcher);
    this.#list = { value, readAt: performance.now() };
    return value;
  }

  /** Closes its connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}
