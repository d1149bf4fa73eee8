import { expect, test } from "vitest";
import { z } from "zod";
import {
  ConfigError,
  loadConfig,
} from "../../../../libs/shared/src/config/load-config.ts";
import {
  redisRequirements,
  redisVariables,
} from "../../../../libs/shared/src/config/redis-variables.ts";

const load = (environment: Record<string, string>) =>
  loadConfig(z.object(redisVariables), environment, redisRequirements);

function problemsOf(environment: Record<string, string>): string[] {
  try {
    load(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split("\n");
  }
}

test.each([
  ["one", [{ host: "one", port: 26379 }]],
  [
    "a.b:1, [::1]:2 ,10.0.0.1",
    [
      { host: "a.b", port: 1 },
      { host: "::1", port: 2 },
      { host: "10.0.0.1", port: 26379 },
    ],
  ],
  ['["a:1"]', [{ host: "a", port: 1 }]],
])("Sentinels written as %s", (REDIS_SENTINELS, hosts) => {
  expect(load({ REDIS_SENTINELS }).REDIS_SENTINELS).toEqual(hosts);
});

test.each([
  "a:0",
  "a:70000",
  "a:b",
  "a b:1",
  "redis://a:1",
  "::1",
  "a,,b",
  "[",
  "user:secret@a:1",
  "x".repeat(254),
  Array.from({ length: 33 }, (_, index) => `a${index}`).join(),
])("no Sentinels: %s", (REDIS_SENTINELS) => {
  expect(problemsOf({ REDIS_SENTINELS })).toEqual([
    `REDIS_SENTINELS: got ${JSON.stringify(REDIS_SENTINELS)}, wants 1 to 32 of host:port, comma-separated`,
  ]);
});

test("nothing but Sentinels: the group has its usual name", () => {
  expect(load({ REDIS_SENTINELS: "a" })).toMatchObject({
    REDIS_SENTINEL_NAME: "mymaster",
    REDIS_TLS: false,
  });
});

test("all mistakes are told at once", () => {
  expect(
    problemsOf({
      REDIS_SENTINEL_NAME: "my master",
      REDIS_SENTINEL_PASSWORD_FILE: "/nowhere",
      REDIS_USERNAME: "a b",
      REDIS_TLS: "maybe",
    }),
  ).toEqual([
    'REDIS_SENTINEL_NAME: got "my master", wants letters, digits, dots, dashes and underscores',
    'REDIS_SENTINEL_PASSWORD_FILE: got "/nowhere", wants a file that can be read and is not empty',
    'REDIS_USERNAME: got "a b", wants 1 to 128 characters without blanks',
    'REDIS_TLS: got "maybe", wants true or false',
    "REDIS_SENTINEL_NAME: stands alone, wants REDIS_SENTINELS beside it",
    "REDIS_SENTINEL_PASSWORD_FILE: stands alone, wants REDIS_SENTINELS beside it",
    "REDIS_USERNAME: stands alone, wants REDIS_SENTINELS beside it",
    "REDIS_TLS: stands alone, wants REDIS_SENTINELS beside it",
  ]);
});

test("two places of Redis are refused, and no password in one of them is shown", () => {
  expect(
    problemsOf({ REDIS_URL: "redis://:secret@a", REDIS_SENTINELS: "a" }),
  ).toEqual([
    "REDIS_URL: stands beside REDIS_SENTINELS, wants to be the only one of the two",
  ]);
});
