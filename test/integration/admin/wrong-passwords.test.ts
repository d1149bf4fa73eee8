import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import {
  type Gateway,
  type Stack,
  startStack,
} from "../../support/processes/stack.ts";

const password = "correct horse battery";

let stack: Stack;
/** Gateways of pools of their own, so that each counts for itself. */
let direct: Gateway;
let behindOne: Gateway;
beforeAll(async () => {
  const env = { ADMIN_PASSWORD: password };
  stack = await startStack({ redisUrl: inject("redisUrl"), workers: 0, env });
  direct = stack.gateways[0] as Gateway;
  behindOne = await stack.startGateway({
    TRUST_PROXY: "1",
    REDIS_PREFIX: `${stack.prefix}-proxy`,
  });
});
afterAll(() => stack?.stop());

type Headers = Record<string, string>;

/** Statuses of so many log-ins, one after the other. */
async function guess(client: AdminClient, times: number, headers: Headers) {
  const statuses: number[] = [];
  for (let at = 0; at < times; at += 1) {
    const fields = { username: "admin", password: `guess ${at}` };
    const answer = await client.post("/admin/login", fields, headers);
    statuses.push(answer.status);
  }
  return statuses;
}

const from = (address: string) => ({ "x-forwarded-for": address });
const logIn = (client: AdminClient, headers: Headers) =>
  client.post("/admin/login", { username: "admin", password }, headers);

test("behind a trusted proxy wrong passwords lock their own address only", async () => {
  const client = new AdminClient(behindOne.url);
  const bad = from("198.51.100.7");
  expect((await guess(client, 11, bad)).at(-1)).toBe(429);
  expect((await logIn(client, bad)).status).toBe(429);
  // What the client itself puts in front of the proxy's word counts for nothing.
  const forged = from("203.0.113.1, 198.51.100.7");
  expect((await logIn(client, forged)).status).toBe(429);
  expect((await logIn(client, from("198.51.100.8"))).status).toBe(303);
});

test("many tries at once: right passwords are all accepted, of wrong ones ten are checked", async () => {
  const client = new AdminClient(behindOne.url);
  const statusesOf = async (
    send: (at: number) => Promise<{ status: number }>,
  ) => {
    const tries = Array.from({ length: 100 }, (_, at) => send(at));
    return (await Promise.all(tries)).map(({ status }) => status);
  };
  const right = await statusesOf(() => logIn(client, from("198.51.100.9")));
  expect(right).toEqual(Array(100).fill(303));
  const wrong = await statusesOf(async (at) => {
    const fields = { username: "admin", password: `guess ${at}` };
    return client.post("/admin/login", fields, from("198.51.100.10"));
  });
  expect(wrong.filter((status) => status === 401)).toHaveLength(10);
  expect(wrong.filter((status) => status === 429)).toHaveLength(90);
});

test("all addresses of one IPv6 network count as one", async () => {
  const client = new AdminClient(behindOne.url);
  for (let host = 1; host <= 10; host += 1) {
    await guess(client, 1, from(`2001:db8:0:1::${host}`));
  }
  const same = from("2001:db8::1:ffff:0:0:1");
  expect((await logIn(client, same)).status).toBe(429);
  expect((await logIn(client, from("2001:db8:0:2::1"))).status).toBe(303);
});

test("without TRUST_PROXY no header says where a request comes from; a known browser gets in all the same", async () => {
  const admin = new AdminClient(direct.url);
  expect((await logIn(admin, {})).status).toBe(303);
  await admin.post("/admin/logout", {});
  const stranger = new AdminClient(direct.url);
  const statuses: number[] = [];
  for (const header of [
    "x-forwarded-for",
    "fly-client-ip",
    "x-cluster-client-ip",
    "x-envoy-external-address",
    "x-real-ip",
    "forwarded",
  ]) {
    for (const last of [1, 2]) {
      const headers = { [header]: `203.0.113.${last}` };
      statuses.push(...(await guess(stranger, 1, headers)));
    }
  }
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
  expect(statuses.slice(10)).toEqual([429, 429]);
  expect((await logIn(stranger, {})).status).toBe(429);

  expect((await logIn(admin, {})).status).toBe(303);
  expect((await admin.get("/admin")).status).toBe(200);
  // Knowing the browser is no way around the limit.
  await admin.post("/admin/logout", {});
  expect((await guess(admin, 11, {})).at(-1)).toBe(429);
});
