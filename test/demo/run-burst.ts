import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "undici";
import { settings } from "./settings.ts";

/** What one request of the burst got. */
export type BurstAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** From sending to the last byte, in ms. */
  readonly tookMs: number;
};

/** The burst as it goes. */
export type Burst = {
  /** Answers so far, whatever their status. */
  readonly answers: readonly BurstAnswer[];
  /** Why requests got no answer at all, so far. */
  readonly losses: readonly unknown[];
  /** Since the first request was sent until now, or until the last one ended. */
  elapsedMs(): number;
  /** Resolves when nothing is under way any more; never rejects. */
  readonly finished: Promise<void>;
};

/**
 * Sends all requests at once, over connections that are open already, as an
 * application that reuses its connections does.
 */
export async function runBurst(
  gatewayUrl: string,
  signal: AbortSignal,
): Promise<Burst> {
  const answers: BurstAnswer[] = [];
  const losses: unknown[] = [];
  const dispatcher = new Agent({ connections: settings.requests });
  await openConnections(gatewayUrl, dispatcher);

  const startedAt = performance.now();
  let endedAt: number | undefined;

  async function ask(question: string): Promise<void> {
    const sentAt = performance.now();
    try {
      const { statusCode, headers, body } = await request(
        `${gatewayUrl}/v1/chat/completions`,
        {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            model: settings.model,
            messages: [{ role: "user", content: question }],
          }),
          // The gateway says when a wait is too long.
          headersTimeout: 0,
          dispatcher,
          signal,
        },
      );
      await body.dump();
      const tookMs = performance.now() - sentAt;
      answers.push({ status: statusCode, headers, tookMs });
    } catch (error) {
      if (!signal.aborted) losses.push(error);
    }
  }

  const requests = Array.from({ length: settings.requests }, (_, index) =>
    ask(`Question ${index + 1}`),
  );
  const finished = Promise.all(requests).then(() => {
    endedAt = performance.now();
    return dispatcher.destroy();
  });
  const elapsedMs = () => (endedAt ?? performance.now()) - startedAt;
  return { answers, losses, elapsedMs, finished };
}

async function openConnections(url: string, dispatcher: Agent): Promise<void> {
  await Promise.all(
    Array.from({ length: settings.requests }, async () => {
      const { body } = await request(`${url}/health`, { dispatcher });
      await body.dump();
    }),
  );
}
