import { Agent, request } from "undici";
import { percentile } from "../support/percentile.ts";

/** How a number of connections fared that each sent one request after the other. */
export type LoopResult = {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

const body = JSON.stringify({
  model: "bench/model:free",
  messages: [{ role: "user", content: "Hello" }],
});

/**
 * Loads an endpoint with a fixed number of connections for a while.
 *
 * @throws {Error} when an answer is not a 200.
 */
export async function runClosedLoop(options: {
  url: string;
  headers?: Record<string, string>;
  connections: number;
  durationMs: number;
}): Promise<LoopResult> {
  const { url, connections, durationMs } = options;
  const dispatcher = new Agent({ connections, pipelining: 1 });
  const headers = { "content-type": "application/json", ...options.headers };
  const tookMs: number[] = [];
  const startedAt = performance.now();

  async function loop(): Promise<void> {
    while (performance.now() - startedAt < durationMs) {
      const sentAt = performance.now();
      const response = await request(`${url}/chat/completions`, {
        method: "POST",
        headers,
        body,
        dispatcher,
      });
      const text = await response.body.text();
      if (response.statusCode !== 200) {
        throw new Error(`${url} answered ${response.statusCode}: ${text}`);
      }
      tookMs.push(performance.now() - sentAt);
    }
  }

  await Promise.all(Array.from({ length: connections }, loop));
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  await dispatcher.close();
  return {
    requests: tookMs.length,
    perSecond: tookMs.length / elapsedSeconds,
    p50Ms: percentile(tookMs, 50),
    p99Ms: percentile(tookMs, 99),
  };
}
