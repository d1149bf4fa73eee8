import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { expect, onTestFinished, test } from "vitest";
import { createCheckKey } from "../../../../apps/worker/src/keys/check-key.ts";
import { createKeyClient } from "../../../../apps/worker/src/keys/openrouter/key-client.ts";

const key = parseApiKey("sk-or-v1-0123456789abcdef0123456789abcdef");
const page = "<html><body>Sign in to the proxy</body></html>";
const told = JSON.stringify({
  error: { code: 401, message: "User not found." },
});

/** Asks about a key what stands between this machine and OpenRouter, or OpenRouter itself. */
async function ask(status: number, body: string) {
  const server = createServer((_request, response) =>
    response.writeHead(status).end(body),
  );
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve()),
  );
  const { port } = server.address() as AddressInfo;
  const keyClient = createKeyClient({
    baseUrl: `http://127.0.0.1:${port}/api/v1`,
    connections: 1,
    proxy: { url: undefined, noProxy: [] } as never,
  });
  onTestFinished(async () => {
    await keyClient.close();
    server.closeAllConnections();
    server.close();
  });
  const answer = await keyClient.ask(key.secret);
  const state = await createCheckKey({ keyClient })(key);
  return { answer, state };
}

test.each([401, 402, 403])(
  "a page under %i that is not OpenRouter's says nothing of a key",
  async (status) => {
    const { answer, state } = await ask(status, page);
    expect(answer.status).toBeUndefined();
    expect(answer.failure).toContain(String(status));
    expect(state).toBe("unknown");
  },
);

test.each([
  [401, "invalid"],
  [402, "refused"],
  [403, "refused"],
])("OpenRouter's own %i is believed", async (status, wanted) => {
  const { answer, state } = await ask(status, told);
  expect(answer.status).toBe(status);
  expect(state).toBe(wanted);
});
