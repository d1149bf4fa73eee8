import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testModel } from "../../support/clients/chat.ts";
import {
  type ClientStack,
  clientKey,
  startClientStack,
} from "./client-stack.ts";

const isHere = spawnSync("curl", ["--version"]).status === 0;

let stack: ClientStack;
beforeAll(async () => {
  stack = await startClientStack();
});
afterAll(() => stack?.stop());

function start(body: object, ...options: string[]): ChildProcess {
  return spawn(
    "curl",
    [
      "--no-buffer",
      "--silent",
      "--show-error",
      `${stack.baseUrl}/chat/completions`,
      "--header",
      "Content-Type: application/json",
      "--data",
      JSON.stringify({
        model: testModel,
        messages: [{ role: "user", content: "Hello" }],
        ...body,
      }),
      ...options,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
}

const authorized = ["--header", `Authorization: Bearer ${clientKey}`];

async function curl(body: object, ...options: string[]): Promise<string> {
  const { stdout } = start(body, ...options);
  return stdout ? text(stdout) : "";
}

test.skipIf(!isHere)("plain", async () => {
  const answer = JSON.parse(await curl({}, ...authorized));
  expect(answer.choices[0].message.content).toBe("echo: Hello");
});

test.skipIf(!isHere)("streamed, event by event", async () => {
  await stack.simulator.settings({ chunks: 5, interChunkMs: 100 });
  const { stdout } = start({ stream: true }, ...authorized);
  const pieces: string[] = [];
  for await (const piece of stdout ?? []) pieces.push(String(piece));
  await stack.simulator.settings({ chunks: null, interChunkMs: null });
  expect(pieces.length).toBeGreaterThanOrEqual(5);
  expect(pieces.join("")).toMatch(/data: \{.*data: \[DONE\]\n\n$/s);
});

test.skipIf(!isHere)("errors: the status, and the body in JSON", async () => {
  const writeStatus = ["--write-out", "\n%{http_code} %{content_type}"];
  const unknown = (await curl({}, ...writeStatus)).split("\n");
  expect(unknown[1]).toMatch(/^401 application\/json/);
  expect(JSON.parse(unknown[0] ?? "").error.code).toBe(401);
  const refused = await curl({ messages: [] }, ...authorized, ...writeStatus);
  expect(refused).toMatch(/\n400 application\/json/);
  expect(await curl({}, ...authorized, "--fail-with-body")).toContain("echo");
});

test.skipIf(!isHere)("Ctrl-C in mid-stream", async () => {
  await stack.simulator.settings({ chunks: 1_000, interChunkMs: 50 });
  const model = "acme/endless:free";
  const child = start({ model, stream: true }, ...authorized);
  if (child.stdout) await once(child.stdout, "data");
  child.kill("SIGINT");
  await stack.untilAborted(model);
  await stack.simulator.settings({ chunks: null, interChunkMs: null });
});

test.skipIf(!isHere)("spent budgets tell when to come back", async () => {
  await stack.spendBudgets();
  const answer = await curl({}, ...authorized, "--include");
  expect(answer).toMatch(/^HTTP\/1\.1 429 /);
  expect(answer).toMatch(/\r\nRetry-After: [1-9]\d*\r\n/);
  expect(answer).toContain("All API keys are rate limited");
});
