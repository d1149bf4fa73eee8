import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import { maskApiKey } from "../../../../libs/shared/src/key-pool/keys/api-key.ts";
import { buildLogger } from "../../../../libs/shared/src/logging/logger.ts";
import {
  type PrivateRedis,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../../support/redis/redis.ts";

const key =
  "sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

function record() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = buildLogger({ level: "debug", app: "test" }, destination);
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? "") };
}

test("a line is JSON with an ISO time, the level as a word, app and pid", () => {
  const { logger, last } = record();
  logger.warn({ requestId: "r1" }, "Something");
  expect(last()).toEqual({
    level: "warn",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    app: "test",
    pid: process.pid,
    requestId: "r1",
    msg: "Something",
  });
});

describe("no secret is logged", () => {
  test.for<[string, (log: ReturnType<typeof record>["logger"]) => void]>([
    ["in a field of its own", (log) => log.info({ secret: key })],
    ["in a key object", (log) => log.info({ key: { secret: key } })],
    ["in a field of another name", (log) => log.info({ anything: key })],
    ["in a message", (log) => log.info(`Using ${key} now`)],
    ["in an error", (log) => log.error({ err: new Error(`bad ${key}`) })],
    [
      "in an error's cause",
      (log) =>
        log.error({ err: new Error("outer", { cause: new Error(key) }) }),
    ],
    [
      "in a header",
      (log) => log.info({ headers: { authorization: `Bearer ${key}` } }),
    ],
    [
      "in a request's header",
      (log) => log.info({ req: { headers: { "x-api-key": key } } }),
    ],
  ])("%s", ([, write]) => {
    const { logger, lines } = record();
    write(logger);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(key);
    expect(lines[0]).not.toContain(key.slice(20));
    expect(lines[0]).toContain("[hidden]");
  });

  test("a client's key or a password by the name of its field", () => {
    const { logger, lines } = record();
    logger.info({ headers: { "x-api-key": "alice-123", cookie: "s=1" } });
    logger.info({ password: "hunter2-x", form: { password: "hunter2-x" } });
    expect(lines.join()).not.toMatch(/alice-123|s=1|hunter2/);
  });

  test("by the name of its field at any depth, in lists, and whatever its signs", () => {
    const { logger, last } = record();
    const quoted = 'a"b\\"c]';
    logger.info({
      a: { b: { c: { d: { Authorization: quoted } } } },
      headers: { "set-cookie": [quoted, "t=2"], accept: "*/*" },
      password: "",
      secretary: "kept",
    });
    expect(last()).toMatchObject({
      a: { b: { c: { d: { Authorization: "[hidden]" } } } },
      headers: { "set-cookie": "[hidden]", accept: "*/*" },
      password: "[hidden]",
      secretary: "kept",
    });
  });

  test("the password in a URL", () => {
    const { logger, lines } = record();
    logger.info({ url: "redis://:hunter2@redis:6379/0" });
    logger.info("Connecting to rediss://pool:hunter2@redis.example:6380");
    expect(lines.join()).not.toContain("hunter2");
    expect(lines[0]).toContain("redis://:[hidden]@redis:6379/0");
    expect(lines[1]).toContain("rediss://pool:[hidden]@redis.example:6380");
  });

  test("masks and ordinary text stay as they are", () => {
    const { logger, last } = record();
    const text = `Marked key ${maskApiKey(key)}; see https://openrouter.ai/docs:80?a=b@c, task-force-of-the-century`;
    logger.info(text);
    expect(last().msg).toBe(text);
  });
});

describe("errors of Redis", () => {
  let redis: PrivateRedis | undefined;
  afterEach(() => redis?.stop());

  test("are logged without the arguments of their command", async (context) => {
    if (!privateRedisAvailable()) {
      context.skip("needs redis-server on the PATH");
    }
    redis = await startPrivateRedis();
    const client = new Redis(redis.url);
    const { logger, lines } = record();
    const errors = [
      await client.call("AUTH", "hunter2").catch((error: unknown) => error),
      await client
        .eval("return redis.error_reply('refused')", 0, "somebody's prompt")
        .catch((error: unknown) => error),
    ];
    client.disconnect();
    for (const err of errors) {
      expect(err).toBeInstanceOf(Error);
      logger.error({ err }, "Redis refused");
    }
    const both = new AggregateError(errors, "both");
    logger.error({ err: both }, "Redis refused twice");

    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toMatch(/hunter2|prompt/);
    expect(JSON.parse(lines[1] ?? "").err).toMatchObject({
      command: "eval",
      message: expect.stringContaining("refused"),
    });
  });
});
