import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import {
  type ChatResult,
  chat,
  countStatuses,
} from "../../support/clients/chat.ts";
import { makeCertificate } from "../../support/network/tls-relay.ts";
import { startStack } from "../../support/processes/stack.ts";
import { privateRedisAvailable } from "../../support/redis/redis.ts";
import {
  type RunningCluster,
  startRedisCluster,
} from "../../support/redis/redis-cluster.ts";
import { until } from "../../support/until.ts";

const count = 150;
const mostCalls = 175;

type Fault = {
  title: string;
  /** Ends when the pool has its new owner. */
  strike(cluster: RunningCluster, prefix: string): Promise<void>;
  /** How often the burst may have been called in all. */
  most: number;
};

async function replaced(cluster: RunningCluster, prefix: string, id: string) {
  await until(
    "another node owns the slot",
    async () => (await cluster.ownerOf(prefix)).id !== id,
    30_000,
  );
}

const faults: Fault[] = [
  {
    title: "the primary that owns the slot is killed",
    most: mostCalls,
    async strike(cluster, prefix) {
      const owner = await cluster.ownerOf(prefix);
      await owner.kill();
      await replaced(cluster, prefix, owner.id);
    },
  },
  {
    title: "the primary that owns the slot hangs, is replaced and comes round",
    most: mostCalls,
    async strike(cluster, prefix) {
      const owner = await cluster.ownerOf(prefix);
      owner.pause();
      await replaced(cluster, prefix, owner.id);
      owner.resume();
    },
  },
  {
    title: "the replica is ordered to take over",
    most: count,
    async strike(cluster, prefix) {
      const owner = await cluster.ownerOf(prefix);
      await cluster.orderFailover(owner);
      await replaced(cluster, prefix, owner.id);
    },
  },
  {
    title: "another primary of the cluster is killed",
    most: count,
    async strike(cluster, prefix) {
      const owner = await cluster.ownerOf(prefix);
      const other = cluster.nodes.find(({ id }) => id !== owner.id);
      await other?.kill();
    },
  },
  {
    title: "the slot moves slowly, there and on",
    most: count,
    async strike(cluster, prefix) {
      await cluster.moveSlot(prefix, { restMs: 200 });
      await cluster.moveSlot(prefix, { restMs: 100 });
    },
  },
  {
    title: "redis-cli moves the slot, and others, to another primary",
    most: count,
    strike: reshard,
  },
];

test.for(faults)(
  "150 requests while $title",
  { timeout: 180_000 },
  async (fault, { annotate, onTestFinished, skip }) => {
    if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
    if (
      fault.strike === reshard &&
      spawnSync("redis-cli", ["-v"]).status !== 0
    ) {
      skip("needs redis-cli on the PATH");
    }
    const cluster = await startRedisCluster({ nodeTimeoutMs: 2_000 });
    onTestFinished(() => cluster.stop());
    const prefix = await findPrefix(cluster);
    const stack = await startStack({
      redisUrl: (await cluster.ownerOf(prefix)).url,
      prefix,
      windowMs: 2_000,
      guardMs: 800,
      perDay: 10_000,
      gateways: 2,
      workers: 2,
      simulator: { latencyMs: 200, jitterMs: 100 },
      env: { REDIS_URL: "", REDIS_CLUSTER: cluster.addresses },
    });
    onTestFinished(() => stack.stop());
    const { gateways, simulator } = stack;

    const answeredAt: number[] = [];
    const asked = Array.from({ length: count }, async (_, i) => {
      const url = gateways[i % 2]?.url ?? "";
      const answer: ChatResult = await chat(url, { marker: `job-${i}` });
      answeredAt.push(performance.now());
      return answer;
    });
    await until("the second window has begun", async () => {
      return ((await simulator.summary()).byStatus[200] ?? 0) > 70;
    });
    const struckAt = performance.now();
    await fault.strike(cluster, prefix);
    const strikeMs = performance.now() - struckAt;

    const answers = await Promise.all(asked);
    const calls = await simulator.calls();
    const { quotaViolations } = await simulator.summary();
    const next =
      answeredAt.find((at) => at > struckAt + strikeMs) ?? Number.NaN;
    await annotate(
      `${count} requests, ${answers.length} answered, ${calls.length} calls, ${quotaViolations} over a limit; ` +
        `a new owner after ${seconds(strikeMs)}, the next answer after ${seconds(next - struckAt)}`,
    );
    expect(countStatuses(answers)).toEqual({ 200: count });
    expect(new Set(calls.map(({ marker }) => marker)).size).toBe(count);
    expect(calls.length).toBeLessThanOrEqual(fault.most);
    expect(quotaViolations).toBe(0);
    for (const { url } of gateways) expect((await chat(url)).status).toBe(200);
  },
);

test("two pools with prefixes of their own are at different nodes of one Cluster", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  const cluster = await startRedisCluster({ replicas: 0 });
  ctx.onTestFinished(() => cluster.stop());
  // In the second and in the first third of the slots.
  const prefixes = ["{orpool-a}", "orpool-c"];
  const owners = await Promise.all(
    prefixes.map((prefix) => cluster.ownerOf(prefix.replace(/[{}]/g, ""))),
  );
  expect(new Set(owners).size).toBe(2);
  for (const [index, prefix] of prefixes.entries()) {
    const stack = await startStack({
      redisUrl: "redis://127.0.0.1:1",
      env: {
        REDIS_URL: "",
        REDIS_CLUSTER: cluster.addresses,
        REDIS_PREFIX: prefix,
      },
    });
    ctx.onTestFinished(() => stack.stop());
    expect((await chat(stack.url)).status).toBe(200);
    const owner = owners[index];
    const names = owner && (await cluster.ask(owner, (node) => node.keys("*")));
    const tag = `{${prefix.replace(/[{}]/g, "")}}:`;
    expect(names?.length).toBeGreaterThan(0);
    expect(names?.filter((name) => !name.startsWith(tag))).toEqual([]);
  }
});

test("nodes behind TLS and a password: connections follow a failover, and the password is not shown", {
  timeout: 90_000,
}, async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  const certificate = await makeCertificate();
  if (!certificate) return ctx.skip("needs openssl");
  ctx.onTestFinished(() => certificate.remove());
  const password = "s3cret/server";
  const passwordFile = `${certificate.keyFile}-password`;
  await writeFile(passwordFile, `${password}\n`);
  const cluster = await startRedisCluster({
    password,
    tls: { certificate: certificate.file, key: certificate.keyFile },
  });
  ctx.onTestFinished(() => cluster.stop());
  const prefix = "orpool";
  const stack = await startStack({
    redisUrl: "redis://127.0.0.1:1",
    prefix,
    env: {
      REDIS_URL: "",
      REDIS_CLUSTER: cluster.addresses,
      REDIS_PASSWORD_FILE: passwordFile,
      REDIS_TLS: "true",
      NODE_EXTRA_CA_CERTS: certificate.file,
      LOG_LEVEL: "trace",
    },
  });
  ctx.onTestFinished(() => stack.stop());
  expect((await chat(stack.url)).status).toBe(200);
  const owner = await cluster.ownerOf(prefix);
  await cluster.orderFailover(owner);
  await replaced(cluster, prefix, owner.id);
  expect((await chat(stack.url)).status).toBe(200);
  const logs = [...stack.gateways, ...stack.workers].flatMap(
    ({ output }) => output,
  );
  expect(logs.join("\n")).not.toContain("s3cret");
});

/** Slots go by their numbers: one of the first is moved before long. */
const firstSlots = 40;

/** A prefix whose slot is one of the first of its primary. */
async function findPrefix(cluster: RunningCluster): Promise<string> {
  const [node] = cluster.nodes;
  if (!node) throw new Error("There are nodes");
  return cluster.ask(node, async (redis) => {
    const third = Math.floor(16_384 / 3);
    for (let i = 0; ; i += 1) {
      const slot = await redis.cluster("KEYSLOT", `{pool-${i}}`);
      if (slot >= third && slot < third + firstSlots) return `pool-${i}`;
    }
  });
}

async function reshard(cluster: RunningCluster, prefix: string): Promise<void> {
  const owner = await cluster.ownerOf(prefix);
  const other = cluster.nodes.find(({ id }) => id !== owner.id);
  const cli = spawn(
    "redis-cli",
    [
      ...["--cluster", "reshard", `127.0.0.1:${owner.port}`],
      ...["--cluster-from", owner.id, "--cluster-to", other?.id ?? ""],
      ...["--cluster-slots", String(firstSlots), "--cluster-yes"],
    ],
    { stdio: "ignore" },
  );
  const [status] = await once(cli, "exit");
  expect(status).toBe(0);
  await replaced(cluster, prefix, owner.id);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
