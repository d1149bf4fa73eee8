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
