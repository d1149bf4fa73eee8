import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { findFreePort } from "../../../scripts/redis/free-port.ts";
import { startSimulator } from "../../simulator/start-simulator.ts";
import { burst, countStatuses, testModel } from "../../support/clients/chat.ts";
import { compileCache } from "../../support/processes/compile-cache.ts";
import { testKey } from "../../support/processes/stack.ts";
import { privateRedisAvailable } from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

/** The whole of `npm start` with data in `folder`, on a Redis of its own. */
async function startEverything(folder: string, upstream: string) {
  const port = await findFreePort();
  const child = spawn(
    process.execPath,
    [join(projectRoot, "scripts/package/start.ts")],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...compileCache,
        OPENROUTER_BASE_URL: upstream,
        OPENROUTER_API_KEYS: testKey(0),
        PORT: String(port),
        WORKER_PORT: "0",
      },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  await until("it is ready", () => said.includes("Ready: "), 120_000);
  return { url: `http://127.0.0.1:${port}`, said: () => said };
}

test("requests that wait are answered though the Redis of npm start is killed", async (context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
  const simulator = await startSimulator({
    accounts: { one: { keys: [testKey(0)], userId: "user_one" } },
    models: { [testModel]: {} },
    latencyMs: 3_000,
  });
  onTestFinished(() => simulator.stop());
  const folder = mkdtempSync(join(tmpdir(), "openrouter-free-pool-start-"));
  const { url, said } = await startEverything(folder, simulator.url);

  // The model is not proven: one is called, and the others wait for its result.
  const asked = burst(url, 8, (index) => ({ marker: `job-${index}` }));
  await until("one is called", async () => {
    const { inFlight } = await simulator.summary();
    return inFlight > 0;
  });
  const pid = readFileSync(join(folder, ".data/redis/redis.pid"), "utf8");
  process.kill(Number(pid), "SIGKILL");

  expect(countStatuses(await asked)).toEqual({ 200: 8 });
  expect(said()).toContain("Redis ended (SIGKILL): starting it again");
});
