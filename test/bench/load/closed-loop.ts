import { Agent, request } from "undici";
import { testModel } from "../../support/clients/chat.ts";
import { percentile } from "../../support/percentile.ts";

/** What a number of connections got that each sent one request after the other. */
export type LoopResult = {
  /** How long each request took, in ms. */
  readonly tookMs: readonly number[];
  readonly elapsedMs: number;
};

/** Several rounds of a loop, summed up. */
export type LoopFigures = {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** Where a loop sends its requests. */
export type LoopTarget = {
  /** `/chat/completions` is added. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  /** A request of a few words when absent. */
  readonly body?: string;
};

/** A chat completion that asks with this. */
export function chatBody(content: string): string {
  return JSON.stringify({
    model: testModel,
    messages: [{ role: "user", content }],
  });
}

const fewWords = chatBody("Hello");

/**
 * Loads an endpoint with a fixed number of connections for a while.
 *
 * @throws {Error} when an answer is not a 200.
 */
export async function runClosedLoop(
  { url, headers, connections, body = fewWords }: LoopTarget,
  durationMs: number,
): Promise<LoopResult> {
  const dispatcher = new Agent({ connections, pipelining: 1 });
  const tookMs: number[] = [];
  const startedAt = performance.now();

  async function loop(): Promise<void> {
    while (performance.now() - startedAt < durationMs) {
      const sentAt = performance.now();
      const response = await request(`${url}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
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
  const elapsedMs = performance.now() - startedAt;
  await dispatcher.close();
  return { tookMs, elapsedMs };
}

/** Sums up rounds of the same loop. */
export function sumUp(rounds: readonly LoopResult[]): LoopFigures {
  const tookMs = rounds.flatMap((round) => round.tookMs);
  const elapsedMs = rounds.reduce((sum, round) => sum + round.elapsedMs, 0);
  return {
    requests: tookMs.length,
    perSecond: tookMs.length / (elapsedMs / 1_000),
    p50Ms: percentile(tookMs, 50),
    p99Ms: percentile(tookMs, 99),
  };
}
