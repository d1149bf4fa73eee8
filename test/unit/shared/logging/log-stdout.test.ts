import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";

const loggerModule = new URL(
  "../../../../libs/shared/src/logging/logger.ts",
  import.meta.url,
).href;
const oneKilobyte = "x".repeat(1_000);

let child: ChildProcess | undefined;
afterEach(() => void child?.kill("SIGKILL"));

/** A process that logs to a pipe; `body` sees `logger`. */
function startLogging(body: string) {
  const source = `
    const { createLogger } = await import(${JSON.stringify(loggerModule)});
    const logger = await createLogger({ level: "info", app: "test" });
    ${body}`;
  child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  return child;
}

test("every line is written before the process ends, in order", async () => {
  const { stdout } = startLogging(`
    for (let line = 0; line < 2_000; line += 1) logger.info({ line }, "${oneKilobyte}");
    process.exit(0);`);
  if (!stdout) throw new Error("no stdout");
  const lines = (await text(stdout)).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line).line)).toEqual(
    Array.from({ length: 2_000 }, (_, line) => line),
  );
});

test("a reader that does not read holds nothing up and costs little memory", async () => {
  const logging = startLogging(`
    for (let block = 0; block < 200; block += 1) {
      for (let i = 0; i < 1_000; i += 1) logger.info("${oneKilobyte}");
      await new Promise(setImmediate);
    }
    process.send(process.memoryUsage().rss);`);
  const [rss] = await once(logging, "message");
  // 200 MB were logged; 16 MB of them are kept.
  expect(rss).toBeLessThan(200 * 1_024 * 1_024);
});
