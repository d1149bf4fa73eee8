import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { gatewayVariables } from "../../../apps/gateway/src/config.ts";
import { workerVariables } from "../../../apps/worker/src/config.ts";
import { projectRoot } from "../../../scripts/project-root.ts";

const read = (file: string) =>
  readFileSync(join(projectRoot, "deploy", file), "utf8");

test.each([
  ["openrouter-free-pool-gateway.service", gatewayVariables],
  ["openrouter-free-pool-worker@.service", workerVariables],
])("%s starts what is there, with variables that it reads", (file, known) => {
  const unit = read(`systemd/${file}`);
  const [, main = ""] = /^ExecStart=\/usr\/bin\/node (.+)$/m.exec(unit) ?? [];
  expect(existsSync(join(projectRoot, main))).toBe(true);
  for (const [, name = ""] of unit.matchAll(/^Environment=(\w+)=/gm)) {
    expect(Object.keys(known.shape)).toContain(name);
  }
  expect(unit).toMatch(/^NoNewPrivileges=true$/m);
});

test("Alertmanager's example routes to a receiver, and speaks of alerts that there are", () => {
  const example = read("prometheus/alertmanager.yml");
  const { route, receivers } = parse(example) as {
    route: { receiver: string };
    receivers: { name: string }[];
  };
  expect(receivers.map(({ name }) => name)).toContain(route.receiver);
  const alerts = read("prometheus/alerts.yml");
  for (const [, names = ""] of example.matchAll(/alertname=~"([^"]+)"/g)) {
    for (const name of names.split("|")) {
      expect(alerts).toContain(`alert: ${name}\n`);
    }
  }
});
