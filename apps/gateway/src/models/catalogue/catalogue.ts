import { createHash } from "node:crypto";
import {
  createDispatcher,
  type Dispatcher,
  type ProxySettings,
} from "@openrouter-free-pool/shared/http/create-dispatcher";
import {
  findModelsAgain,
  type GoneModel,
  readGoneModels,
} from "@openrouter-free-pool/shared/key-pool/models/gone-models";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { GatewayError } from "../../errors/gateway-error.ts";
import { type CatalogueContent, CatalogueStore } from "./catalogue-store.ts";
import { isFree, type Model, type ModelsList } from "./models-list.ts";
import { readModels } from "./read-models.ts";

/** How often a gateway checks for news from the other gateways. */
const pollMs = 1_000;
/** When OpenRouter's list cannot be read, this is the longest pause before the next try. */
const longestRetryMs = 10_000;

type CatalogueDeps = {
  readonly redis: Redis;
  readonly redisKeys: RedisKeys;
  readonly clock: RedisClock;
  readonly baseUrl: string;
  readonly proxy: ProxySettings;
  readonly refreshMs: number;
  /** Whether models that were found gone are refused. */
  readonly checksModels: boolean;
  readonly logger: Logger;
};

/**
 * What this gateway knows of OpenRouter's models: the list, the models that have left it, and those
 * that are gone. Look-ups never wait.
 */
export class Catalogue {
  readonly #deps: CatalogueDeps;
  readonly #store: CatalogueStore;
  readonly #url: string;
  readonly #dispatcher: Dispatcher;
  #polling: Repetition | undefined;
  #version: string | undefined;
  #content: CatalogueContent | undefined;
  #byId: ReadonlyMap<string, Model> = new Map();
  #free: readonly Model[] = [];
  #former: ReadonlySet<string> = new Set();
  #gone: ReadonlyMap<string, GoneModel> = new Map();
  /** The version of a list that was too short to be accepted at once. */
  #doubted: string | undefined;
  #reading: Promise<void> | undefined;
  /** Called when models are found gone. */
  onModelsGone: (isGone: (model: string) => boolean) => Promise<void> =
    async () => undefined;

  constructor(deps: CatalogueDeps) {
    this.#deps = deps;
    this.#store = new CatalogueStore(deps.redis, deps.redisKeys);
    this.#url = `${deps.baseUrl}/models?output_modalities=all`;
    this.#dispatcher = createDispatcher(deps.proxy);
  }

  /** Whether there is a list. */
  get isKnown(): boolean {
    return this.#content !== undefined;
  }

  find(id: string): Model | undefined {
    return this.#byId.get(id);
  }

  /** The models that are free and not gone. */
  get free(): readonly Model[] {
    return this.#free.filter(({ id }) => !this.findGone(id));
  }

  /** Whether a model was in the list before. */
  isFormer(id: string): boolean {
    return this.#former.has(id);
  }

  /** OpenRouter's message when it refused a model as gone; undefined when the model may be called. */
  findGone(id: string): GoneModel | undefined {
    if (!this.#deps.checksModels) return undefined;
    const gone = this.#gone.get(id);
    return gone && gone.until > this.#deps.clock.now() ? gone : undefined;
  }

  /** All models that were found gone and have not come back. */
  get gone(): readonly GoneModel[] {
    return [...this.#gone.values()];
  }

  /**
   * OpenRouter's list; read now when there is none yet.
   *
   * @throws {GatewayError} `upstream-unreachable` when there never was a list.
   */
  async list(): Promise<ModelsList> {
    if (!this.#content) {
      try {
        await this.#readFromOpenRouter();
      } catch (cause) {
        throw new GatewayError(
          "upstream-unreachable",
          "OpenRouter's list of models could not be read",
          { cause },
        );
      }
    }
    return this.#content?.list ?? { data: [] };
  }

  start(): void {
    const { logger } = this.#deps;
    const poll = () => this.#poll();
    this.#polling = repeat(poll, {
      intervalMs: Math.min(pollMs, this.#deps.refreshMs),
      name: "Looking for models",
      logger,
    });
    poll().catch((error: unknown) => {
      logger.info(
        { err: error },
        "OpenRouter's list of models is not known yet",
      );
    });
  }

  async close(): Promise<void> {
    await this.#polling?.stop();
    await this.#dispatcher.destroy();
  }

  async #poll(): Promise<void> {
    const { redis, redisKeys, clock, refreshMs, logger } = this.#deps;
    // Without Redis the present list stays in use.
    if (redis.status !== "ready") return;
    const [stored, gone] = await Promise.all([
      this.#store.readVersion(),
      readGoneModels(redis, redisKeys),
    ]);
    const isNews = gone.some(
      ({ model, until }) => this.#gone.get(model)?.until !== until,
    );
    this.#gone = new Map(gone.map((each) => [each.model, each]));
    if (isNews) {
      const isGone = (model: string) => this.findGone(model) !== undefined;
      await this.onModelsGone(isGone).catch((err: unknown) =>
        logger.warn({ err }, "Refusing what waits for gone models failed"),
      );
    }
    const isUsable = !stored || (await this.#takeStored(stored.version));
    const isDue =
      !stored || !isUsable || clock.now() - stored.readAt >= refreshMs;
    const leaseMs = Math.min(refreshMs, longestRetryMs);
    if (isDue && (await this.#store.takeLease(leaseMs))) {
      await this.#readFromOpenRouter();
    }
  }

  /** Takes over a list that another gateway has read. @returns false when it cannot be used. */
  async #takeStored(version: string): Promise<boolean> {
    if (version === this.#version) return true;
    try {
      const content = await this.#store.read();
      if (content) this.#take(content, version);
      return content !== undefined;
    } catch (err) {
      // Another version of ours may have written it.
      this.#deps.logger.debug({ err }, "The stored list of models is no use");
      return false;
    }
  }

  #readFromOpenRouter(): Promise<void> {
    this.#reading ??= this.#readAndStore().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAndStore(): Promise<void> {
    const { redis, clock } = this.#deps;
    const list = await readModels(this.#url, this.#dispatcher);
    const version = digestOf(list);
    const readAt = clock.now();
    const isThere = redis.status === "ready";
    const stored = isThere ? await this.#store.readVersion() : undefined;
    if (stored && !this.#content) await this.#takeStored(stored.version);
    if (version === this.#version && stored?.version === version) {
      return this.#store.renew(readAt);
    }
    if (!this.#isCredible(list, version)) return;
    const before = this.#content;
    const former = toFormer(before, list);
    this.#take({ list, former }, version);
    if (!isThere) return;
    await this.#tellFleet(before, list);
    await this.#store.write({ list, former }, { version, readAt });
  }

  /** A list that has lost half of its models may be faulty: it is accepted when it comes a second time. */
  #isCredible({ data }: ModelsList, version: string): boolean {
    const before = this.#byId.size;
    if (data.length > 0 && data.length * 2 >= before) return true;
    if (data.length > 0 && this.#doubted === version) return true;
    this.#doubted = version;
    this.#deps.logger.warn(
      { models: data.length, before },
      "OpenRouter's list of models is suspiciously short: it is read again",
    );
    return false;
  }

  /** Models that came back are not gone any more; models that left become unproven: one call decides. */
  async #tellFleet(
    before: CatalogueContent | undefined,
    list: ModelsList,
  ): Promise<void> {
    if (!before) return;
    const { redis, redisKeys } = this.#deps;
    const [old, now] = [before.list, list].map(
      ({ data }) => new Set(data.map(({ id }) => id)),
    );
    const back = [...this.#gone.keys()].filter(
      (id) => now?.has(id) && !old?.has(id),
    );
    await findModelsAgain(redis, redisKeys, back);
    const left = [...(old ?? [])].filter((id) => !now?.has(id));
    if (left.length > 0) await redis.unlink(left.map(redisKeys.modelProof));
  }

  #take(content: CatalogueContent, version: string): void {
    const { data } = content.list;
    this.#content = content;
    this.#version = version;
    this.#byId = new Map(data.map((model) => [model.id, model]));
    this.#free = data.filter(isFree);
    this.#former = new Set(content.former);
  }
}

function digestOf(list: ModelsList): string {
  return createHash("sha256").update(JSON.stringify(list.data)).digest("hex");
}

/** The models that were in an earlier list and are not now, the latest to leave at the end. */
function toFormer(
  before: CatalogueContent | undefined,
  { data }: ModelsList,
): string[] {
  const now = new Set(data.map(({ id }) => id));
  const all = [
    ...(before?.former ?? []),
    ...(before?.list.data ?? []).map(({ id }) => id),
  ];
  return [...new Set(all)].filter((id) => !now.has(id));
}
