import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { scrape, workerUrl } from "../../support/metrics.ts";
import { startStack } from "../../support/processes/stack.ts";

const deploy = join(projectRoot, "deploy");
const run = promisify(execFile);

test("alerts and dashboard use only metrics that gateway and worker expose, and show every one of ours", async (context) => {
  const stack = await startStack({ redisUrl: inject("redisUrl") });
  context.onTestFinished(() => stack.stop());
  const [worker] = stack.workers;
  if (!worker) throw new Error("a worker was asked for");
  const pages = [await scrape(stack.url), await scrape(workerUrl(worker))];
  const exposed = new Set(pages.flatMap(({ text }) => exposedNames(text)));

  const alerts = namesIn(await read("prometheus/alerts.yml"));
  const tested = namesIn(await read("prometheus/alerts.test.yml"));
  const shown = namesIn(
    await read("grafana/dashboards/openrouter-free-pool.json"),
  );
  for (const names of [alerts, tested, shown]) {
    expect(names.size).toBeGreaterThan(5);
    expect([...names].filter((name) => !exposed.has(name))).toEqual([]);
  }
  const ours = [...exposed].filter((name) => name.startsWith("orpool_"));
  const unseen = ours.filter((name) => !shown.has(name));
  expect(unseen).toEqual(["orpool_build_info"]);
});

test("promtool finds nothing wrong with rules and configuration, and each alert fires for its reason", async ({
  skip,
}) => {
  const version = await run("promtool", ["--version"]).catch(() => undefined);
  if (!version) skip("needs promtool on the PATH");
  const at = (file: string) => join(deploy, "prometheus", file);
  await run("promtool", ["check", "config", at("prometheus.yml")]);
  await run("promtool", ["test", "rules", at("alerts.test.yml")]);
});

function read(file: string): Promise<string> {
  return readFile(join(deploy, file), "utf8");
}

/** Metrics by the name of their dialect, whether or not they have figures yet. */
function exposedNames(page: string): string[] {
  return [...page.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => String(name));
}

/** All names of metrics in a text; the series of a histogram count as the histogram. */
function namesIn(text: string): Set<string> {
  const found = text.matchAll(/\b(?:orpool|nodejs|process)_[a-z0-9_]+\b/g);
  return new Set([...found].map(([name]) => name.replace(/_bucket$/, "")));
}
