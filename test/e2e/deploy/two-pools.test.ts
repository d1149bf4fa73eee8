import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { send } from "../../support/clients/send.ts";
import { findNginx, startNginx } from "../../support/network/nginx.ts";

const folder = join(projectRoot, "deploy/nginx");

test("a client's requests go to one pool, whichever header has its key, and clients spread over both", async (ctx) => {
  const binary = findNginx();
  if (!binary) return ctx.skip("needs nginx on the PATH");
  const [a, b] = [await startPool("a"), await startPool("b")];
  const nginx = await startNginx(binary, [a, a, b, b], "two-pools.conf");
  onTestFinished(() => nginx.stop());

  const poolOf = async (headers: Record<string, string>, path: string) =>
    (await send(`${nginx.url}${path}`, { headers })).text;
  const pools: string[] = [];
  for (let n = 0; n < 40; n += 1) {
    const key = `sk-pool-${n}`;
    const ways = await Promise.all([
      poolOf({ authorization: `Bearer ${key}` }, "/v1/chat/completions"),
      poolOf({ authorization: `bearer  ${key}` }, "/v1/files"),
      poolOf({ "x-api-key": key }, "/v1/messages"),
    ]);
    expect(new Set(ways).size).toBe(1);
    pools.push(ways[0] ?? "");
  }
  for (const pool of ["a", "b"]) {
    expect(pools.filter((each) => each === pool).length).toBeGreaterThan(8);
  }
  // Without a key: always the same.
  const open = new Set([await poolOf({}, "/"), await poolOf({}, "/v1/models")]);
  expect(open.size).toBe(1);
  for (const path of ["/metrics", "/admin", "/api/v1/clients/x"]) {
    expect((await send(`${nginx.url}${path}`)).status).toBe(404);
  }
});

test("two-pools.conf passes requests on as openrouter-free-pool.conf does", async () => {
  const directives = async (file: string) => {
    const text = await readFile(join(folder, file), "utf8");
    return text
      .slice(text.indexOf("server {"))
      .split("\n")
      .map((line) => line.trim().replaceAll(/\s+/g, " "))
      .filter((line) => /^(proxy|client)_(?!pass)/.test(line));
  };
  expect(await directives("two-pools.conf")).toEqual(
    await directives("openrouter-free-pool.conf"),
  );
});

/** Something that answers its own name. */
async function startPool(name: string): Promise<{ url: string }> {
  const server = createServer((_, response) => response.end(name));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}` };
}
