import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { expect, onTestFinished, test } from "vitest";
import {
  createPublicAgent,
  isPublic,
  PrivateAddressError,
} from "../../../../apps/gateway/src/webhooks/sending/public-addresses.ts";

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.169.254",
  "0.0.0.0",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "fe80::1",
  "fc00::1",
  "fd12:3456::1",
  "::ffff:127.0.0.1",
  "::ffff:a9fe:a9fe",
  "64:ff9b::a00:1",
  // IPv4 addresses in a form that nobody uses any more.
  "::7f00:1",
  "::10.0.0.1",
  "fec0::1",
  "2002:7f00:1::",
  "not an address",
])("%s is not public", (address) => {
  expect(isPublic(address)).toBe(false);
});

test.each(["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])(
  "%s is public",
  (address) => {
    expect(isPublic(address)).toBe(true);
  },
);

test.each([
  "127.0.0.1",
  "10.0.0.1",
  "169.254.169.254",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "2130706433",
  "[::127.0.0.1]",
  // A name that resolves to a loopback address.
  "localhost",
])("nothing is sent to %s", async (host) => {
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    seen.push(String(incoming.url));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, () => resolve()));
  const agent = createPublicAgent();
  onTestFinished(async () => {
    await agent.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const sending = request(`http://${host}:${port}/`, {
    method: "POST",
    dispatcher: agent,
  });
  await expect(sending).rejects.toThrow(PrivateAddressError);
  expect(seen).toEqual([]);
});
