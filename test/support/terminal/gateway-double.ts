import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import {
  createGatewayClient,
  type GatewayClient,
} from "../../../apps/cli/src/gateway/gateway-client.ts";

/** A gateway that answers as a test says, to try failures that a real one seldom has. */
export type GatewayDouble = {
  readonly gateway: GatewayClient;
  readonly url: string;
  close(): void;
};

/** Answers the request with this 1-based number; the state of the pool is not counted. */
export type Answer = (
  response: ServerResponse,
  number: number,
  request: IncomingMessage,
) => void;

/** Starts {@link GatewayDouble}; it does not know the state of its pool. */
export async function startGatewayDouble(
  answer: Answer,
): Promise<GatewayDouble> {
  let requests = 0;
  const server = createServer((request, response) => {
    if (request.url?.includes("/keys/")) {
      response.writeHead(500).end();
      return;
    }
    requests += 1;
    answer(response, requests, request);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    gateway: createGatewayClient({ url, apiKey: undefined }),
    url,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A batch that has been completed, as the gateway sends it. */
export const completedBatch = {
  id: "batch_1",
  object: "batch",
  status: "completed",
  endpoint: "/v1/chat/completions",
  completion_window: "24h",
  created_at: 1,
  in_progress_at: 1,
  expires_at: 2,
  output_file_id: "file-1",
  error_file_id: null,
  request_counts: { total: 1, completed: 1, failed: 0 },
  errors: null,
  metadata: null,
  forecast: { calls: 0, ends_at: null, account_days: null },
} as const;

/** Answers with {@link completedBatch}. */
export function sendCompletedBatch(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(completedBatch));
}

/** Begins an answer of 1,000 bytes with a few, and breaks the connection. */
export function breakOff(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-length": "1000" });
  response.write(text, () => setTimeout(() => response.destroy(), 20));
}
