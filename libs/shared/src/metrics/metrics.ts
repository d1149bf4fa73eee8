import type { Logger } from "pino";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { version } from "../process/version.ts";
import { coalesce } from "../timers/coalesce.ts";

/** Anybody may scrape; figures that cost a command to Redis are read once a second at most. */
const maxAgeMs = 1_000;

/** What `GET /metrics` answers. */
export type MetricsPage = {
  readonly contentType: string;
  readonly body: string;
};

/**
 * Everything that one process measures. Figures of our own are called `orpool_…`;
 * those of the process and of Node.js (event-loop lag among them) keep the names
 * that dashboards know.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #logger: Logger;
  readonly #refreshers: (() => Promise<void>)[] = [];

  constructor(app: string, logger: Logger) {
    this.#logger = logger;
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: "orpool_build_info",
      help: "Always 1; the labels say what runs here",
      labelNames: ["app", "version"],
      registers: [this.registry],
    }).set({ app, version }, 1);
  }

  /** Has figures read anew before a scrape; a reader that fails leaves the others alone. */
  beforeScrape(refresh: () => Promise<void>): void {
    this.#refreshers.push(refresh);
  }

  readonly #refresh = coalesce(async () => {
    const refreshed = this.#refreshers.map((refresh) =>
      refresh().catch((error: unknown) => {
        this.#logger.warn({ err: error }, "Reading figures failed");
      }),
    );
    await Promise.all(refreshed);
  }, maxAgeMs);

  async render(): Promise<MetricsPage> {
    await this.#refresh();
    const body = await this.registry.metrics();
    return { contentType: this.registry.contentType, body };
  }
}
