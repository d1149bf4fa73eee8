import { expect, test } from "vitest";
import { readRedisAddress } from "../../../../libs/shared/src/config/redis-address.ts";

test.each([
  ["redis://h:1/2", undefined, { url: "redis://h:1/2" }],
  ["redis://u:old@h:1", "n/w", { url: "redis://u:n%2Fw@h:1" }],
  ["unix:///run/redis.sock", undefined, { url: "/run/redis.sock" }],
  [
    "unix:///run/a%20b.sock?db=3",
    "secret",
    { url: "/run/a b.sock?db=3", password: "secret" },
  ],
] as const)("%s with the password %s", (REDIS_URL, password, address) => {
  expect(
    readRedisAddress({ REDIS_URL, REDIS_PASSWORD_FILE: password }),
  ).toEqual(address);
});

const sentinels = [{ host: "a", port: 26379 }];
const group = { sentinels, name: "mymaster", usesTls: false };

test.each([
  [{}, group],
  [
    {
      REDIS_SENTINEL_NAME: "pool",
      REDIS_SENTINEL_PASSWORD_FILE: "s",
      REDIS_USERNAME: "u",
      REDIS_PASSWORD_FILE: "p",
      REDIS_TLS: true,
    },
    {
      sentinels,
      name: "pool",
      sentinelPassword: "s",
      username: "u",
      password: "p",
      usesTls: true,
    },
  ],
])("Sentinels with %j", (more, address) => {
  const REDIS_URL = "redis://the-default:6379";
  expect(
    readRedisAddress({ REDIS_URL, REDIS_SENTINELS: sentinels, ...more }),
  ).toEqual(address);
});

const nodes = [{ host: "a", port: 6379 }];

test.each([
  [{}, { nodes, hashTag: "orpool", usesTls: false }],
  [
    { REDIS_USERNAME: "u", REDIS_PASSWORD_FILE: "p", REDIS_TLS: true },
    { nodes, hashTag: "orpool", username: "u", password: "p", usesTls: true },
  ],
])("a Cluster with %j", (more, address) => {
  expect(
    readRedisAddress({
      REDIS_URL: "redis://the-default:6379",
      REDIS_CLUSTER: nodes,
      REDIS_PREFIX: "orpool",
      ...more,
    }),
  ).toEqual(address);
});
