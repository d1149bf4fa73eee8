import type { Logger } from "pino";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { version } from "../process/version.ts";
import { coalesce } from "../timers/coalesce.ts";

/** The endpoint is open to anybody; figures that need a command of Redis are read at most once a second. */
const maxAgeMs = 1_000;

/** The answer of `GET /metrics`. */
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

  /** Registers a reader that runs before a scrape; when it fails the others are not affected. */
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
