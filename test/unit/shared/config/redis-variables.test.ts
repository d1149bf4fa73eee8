import { expect, test } from "vitest";
import { z } from "zod";
import { gatewayVariables } from "../../../../apps/gateway/src/config.ts";
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
  "redis://localhost:6379",
  "redis://localhost:6379/",
  "redis://localhost/15",
  "rediss://localhost?db=3",
  "unix:///run/redis.sock?db=2",
])("the database of %s is a number", (REDIS_URL) => {
  expect(problemsOf({ REDIS_URL })).toEqual([]);
});

test.each([
  "redis://user:secret@localhost/pool",
  "redis://localhost/-1",
  "redis://localhost?db=x",
  "unix:///run/redis.sock?db=pool",
])("%s names no database", (REDIS_URL) => {
  const [problem, ...others] = problemsOf({ REDIS_URL });
  expect(problem).toMatch(/^REDIS_URL: .* wants the number of a database/);
  expect(problem).not.toContain("user:secret");
  expect(others).toEqual([]);
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

test("nodes of a Cluster have the port of servers", () => {
  expect(load({ REDIS_CLUSTER: "a,b:7" }).REDIS_CLUSTER).toEqual([
    { host: "a", port: 6379 },
    { host: "b", port: 7 },
  ]);
  expect(problemsOf({ REDIS_CLUSTER: "redis://:secret@a:1" })).toHaveLength(1);
});

test.each(["REDIS_SENTINELS", "REDIS_CLUSTER"])(
  "user and TLS go with %s",
  (place) => {
    const more = { REDIS_USERNAME: "u", REDIS_TLS: "true" };
    expect(problemsOf({ [place]: "a", ...more })).toEqual([]);
  },
);

test("what is said of Sentinels does not go with a Cluster", () => {
  expect(
    problemsOf({ REDIS_CLUSTER: "a", REDIS_SENTINEL_NAME: "pool" }),
  ).toEqual([
    "REDIS_SENTINEL_NAME: stands alone, wants REDIS_SENTINELS beside it",
  ]);
});

test.each([
  ["orpool", "orpool"],
  ["{orpool}", "orpool"],
])("keys begin with the prefix %s", (REDIS_PREFIX, prefix) => {
  const { shape } = gatewayVariables;
  expect(shape.REDIS_PREFIX.parse(REDIS_PREFIX)).toBe(prefix);
});

test.each(["{orpool", "orpool}", "{}", "{a}b", "a{b}", "{{a}}"])(
  "no prefix: %s",
  (REDIS_PREFIX) => {
    const { shape } = gatewayVariables;
    expect(shape.REDIS_PREFIX.safeParse(REDIS_PREFIX).success).toBe(false);
  },
);

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
    "REDIS_USERNAME: stands alone, wants REDIS_SENTINELS or REDIS_CLUSTER beside it",
    "REDIS_TLS: stands alone, wants REDIS_SENTINELS or REDIS_CLUSTER beside it",
  ]);
});

test.each([
  [
    { REDIS_URL: "redis://:secret@a", REDIS_SENTINELS: "a" },
    "REDIS_URL: stands beside REDIS_SENTINELS",
  ],
  [
    { REDIS_SENTINELS: "a", REDIS_CLUSTER: "a" },
    "REDIS_SENTINELS: stands beside REDIS_CLUSTER",
  ],
  [
    {
      REDIS_URL: "redis://:secret@a",
      REDIS_SENTINELS: "a",
      REDIS_CLUSTER: "a",
    },
    "REDIS_URL: stands beside REDIS_SENTINELS and REDIS_CLUSTER",
  ],
])(
  "several places of Redis are refused, and no password in one of them is shown: %j",
  (given, problem) => {
    expect(problemsOf(given)).toEqual([
      `${problem}, wants to be the only one of them`,
    ]);
  },
);
