import { writeFile } from "node:fs/promises";
import { test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { makeCertificate } from "../../support/network/tls-relay.ts";
import { startStack } from "../../support/processes/stack.ts";
import { privateRedisAvailable } from "../../support/redis/redis.ts";
import { startSentinelGroup } from "../../support/redis/sentinel-group.ts";
import { until } from "../../support/until.ts";

const count = 150;
const mostCalls = 175;

// Each has servers and a stack of its own, and mostly waits.
test.concurrent("The primary is killed in mid-burst, and its Sentinels replace it: every waiting client gets its answer", async ({
  annotate,
  expect,
  onTestFinished,
  skip,
}) => {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  const group = await startSentinelGroup();
  onTestFinished(() => group.stop());
  const stack = await startStack({
    redisUrl: group.primary.url,
    windowMs: 2_000,
    guardMs: 800,
    perDay: 10_000,
    gateways: 2,
    workers: 2,
    simulator: { latencyMs: 200, jitterMs: 100 },
    env: { REDIS_URL: "", REDIS_SENTINELS: group.sentinels },
  });
  onTestFinished(() => stack.stop());
  const { gateways, simulator } = stack;

  const halves = gateways.map(({ url }, half) =>
    burst(url, count / 2, (i) => ({ marker: `job-${half}-${i}` })),
  );
  await until("the second window has begun", async () => {
    return ((await simulator.summary()).byStatus[200] ?? 0) > 70;
  });
  const killedAt = performance.now();
  await group.primary.kill();
  await until(
    "the Sentinels name the replica",
    async () => (await group.primaryPort()) === group.replica.port,
  );
  const failoverMs = performance.now() - killedAt;

  const answers = (await Promise.all(halves)).flat();
  const calls = await simulator.calls();
  const { quotaViolations } = await simulator.summary();
  const figures = `${count} requests, ${answers.length} answered, ${calls.length} calls, ${quotaViolations} over a limit; the failover took ${(failoverMs / 1_000).toFixed(1)} s`;
  await annotate(figures);
  expect(countStatuses(answers)).toEqual({ 200: count });
  expect(new Set(calls.map(({ marker }) => marker)).size).toBe(count);
  expect(calls.length).toBeLessThanOrEqual(mostCalls);
  expect(quotaViolations).toBe(0);
  for (const { url } of gateways) expect((await chat(url)).status).toBe(200);
});

test.concurrent("Sentinels and servers behind TLS and passwords: connections follow a failover, and no password is shown", async ({
  expect,
  onTestFinished,
  skip,
}) => {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  const certificate = await makeCertificate();
  if (!certificate) return skip("needs openssl");
  onTestFinished(() => certificate.remove());
  const { file: certificateFile, keyFile: key } = certificate;
  const passwords = { server: "s3cret/server", sentinel: "s3cret/sentinel" };
  const passwordFile = `${key}-server`;
  const sentinelPasswordFile = `${key}-sentinel`;
  await writeFile(passwordFile, `${passwords.server}\n`);
  await writeFile(sentinelPasswordFile, passwords.sentinel);
  const group = await startSentinelGroup({
    passwords,
    tls: { certificate: certificateFile, key },
  });
  onTestFinished(() => group.stop());
  const stack = await startStack({
    redisUrl: group.primary.url,
    env: {
      REDIS_URL: "",
      REDIS_SENTINELS: group.sentinels,
      REDIS_SENTINEL_PASSWORD_FILE: sentinelPasswordFile,
      REDIS_PASSWORD_FILE: passwordFile,
      REDIS_TLS: "true",
      NODE_EXTRA_CA_CERTS: certificateFile,
      LOG_LEVEL: "trace",
    },
  });
  onTestFinished(() => stack.stop());
  const { url } = stack;

  expect((await chat(url)).status).toBe(200);
  await group.orderFailover();
  await until(
    "the Sentinels name the replica",
    async () => (await group.primaryPort()) === group.replica.port,
  );
  expect((await chat(url)).status).toBe(200);
  const logs = [...stack.gateways, ...stack.workers].flatMap(
    ({ output }) => output,
  );
  expect(logs.join("\n")).not.toContain("s3cret");
});
