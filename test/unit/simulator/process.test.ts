import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { isAlive } from "../../../scripts/processes/is-alive.mjs";
import { startSimulator } from "../../simulator/start-simulator.ts";
import { post, startForTest, until } from "./harness.ts";

const MAIN = fileURLToPath(new URL("../../simulator/main.ts", import.meta.url));
const CLIENT = new URL("../../simulator/start-simulator.ts", import.meta.url);

function run(args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function readLine(child: ChildProcess): Promise<string> {
  const [data]: unknown[] = await once(child.stdout ?? child, "data");
  return String(data);
}

describe("the process", () => {
  it("says one JSON line and obeys its environment", async () => {
    const key = "sk-or-v1-env";
    const settings = { accounts: { env: { keys: [key] } } };
    const child = run([MAIN], { SIMULATOR_SETTINGS: JSON.stringify(settings) });
    const line = await readLine(child);
    const { event, url } = JSON.parse(line) as { event: string; url: string };
    expect(event).toBe("listening");
    expect(line.endsWith("}\n")).toBe(true);
    const headers = { Authorization: `Bearer ${key}` };
    const response = await fetch(`${url}/api/v1/key`, { headers });
    expect(response.status).toBe(200);
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "ends at once on %s, with a call in flight",
    async (signal) => {
      const simulator = await startForTest({ latencyMs: 60_000 });
      const broken = expect(post(simulator)).rejects.toThrow();
      await until(async () => (await simulator.calls())[0]);
      const startedAt = performance.now();
      process.kill(simulator.pid, signal);
      await broken;
      await until(async () => (isAlive(simulator.pid) ? undefined : true));
      expect(performance.now() - startedAt).toBeLessThan(20_000);
    },
  );

  it("ends when the process that started it is killed", async () => {
    const parent = run([
      "--input-type=module",
      "--eval",
      `const { startSimulator } = await import(${JSON.stringify(CLIENT.href)});
       const { origin } = await startSimulator();
       process.stdout.write(origin);`,
    ]);
    const models = `${await readLine(parent)}/api/v1/models`;
    expect((await fetch(models)).status).toBe(200);
    parent.kill("SIGKILL");
    // Asked over HTTP: an orphan may stay in the process table after its end.
    await until(() =>
      fetch(models).then(
        () => undefined,
        () => true,
      ),
    );
  });

  it("can be started again on the port that it had", async () => {
    const first = await startForTest();
    await first.stop();
    await first.stop();
    const port = Number(new URL(first.origin).port);
    const second = await startSimulator({}, { port });
    onTestFinished(() => second.stop());
    expect(second.origin).toBe(first.origin);
    expect(await second.calls()).toEqual([]);
  });

  it("refuses settings that it does not know", async () => {
    const settings = { latencyMS: 1 } as object;
    await expect(startSimulator(settings)).rejects.toThrow(
      "unknown setting: latencyMS",
    );
  });
});
