import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { findFreePort } from "../../../scripts/redis/free-port.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

const script = join(projectRoot, "deploy/compose/create-cluster.sh");
/** The bus is 10,000 above the port: so much room must be left. */
const highestPort = 55_000;

test("the start script of compose makes a Cluster of six nodes, once", async (ctx) => {
  if (!privateRedisAvailable() || spawnSync("redis-cli", ["-v"]).status !== 0) {
    return ctx.skip("needs redis-server and redis-cli on the PATH");
  }
  const ports: number[] = [];
  while (ports.length < 6) {
    const port = await findFreePort();
    if (port > highestPort) continue;
    const args = ["--port", String(port), "--cluster-enabled", "yes"];
    const node = await startPrivateRedis({ args });
    ctx.onTestFinished(() => node.stop());
    ports.push(port);
  }
  const NODES = ports.map((port) => `127.0.0.1:${port}`).join(" ");
  const redis = new Redis(ports[0] ?? 0);
  ctx.onTestFinished(() => redis.disconnect());

  for (const time of ["the first", "the second"]) {
    const { status, stderr } = spawnSync("sh", [script], {
      env: { PATH: process.env.PATH, NODES },
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(status, `${time} start: ${stderr}`).toBe(0);
    const readNodes = async () =>
      String(await redis.cluster("NODES"))
        .trim()
        .split("\n");
    expect(await readNodes()).toHaveLength(6);
    await until("this node has heard of three replicas", async () => {
      const nodes = await readNodes();
      return nodes.filter((line) => line.includes("slave")).length === 3;
    });
  }
});
