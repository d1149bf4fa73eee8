import { expect, test } from "vitest";
import { gatewayVariables } from "../../../../apps/gateway/src/config.ts";
import { workerVariables } from "../../../../apps/worker/src/config.ts";
import { loadConfig } from "../../../../libs/shared/src/config/load-config.ts";
import { findMisspeltVariables } from "../../../../libs/shared/src/config/misspelt-variables.ts";

const key = `sk-or-v1-${"a".repeat(64)}`;
const names = {
  gateway: Object.keys(gatewayVariables.shape),
  worker: Object.keys(workerVariables.shape),
};

test.each([
  ["RATE_LIMIT_PER_MIN", "RATE_LIMIT_PER_MINUTE"],
  ["RATE_LIMIT_MINUTE", "RATE_LIMIT_PER_MINUTE"],
  ["OPENROUTER_API_KEY", "OPENROUTER_API_KEYS"],
  ["OPENROUTER_KEYS", "OPENROUTER_API_KEYS"],
  ["WORKER_CONCURENCY", "WORKER_CONCURRENCY"],
  ["REDIS_URI", "REDIS_URL"],
])("%s is taken for %s", (name, meant) => {
  expect(findMisspeltVariables(names.worker, { [name]: "x" })).toEqual([
    `unknown variable ${name}; did you mean ${meant}?`,
  ]);
});

test("a name is free for other programs when the one that is like it is set", () => {
  const given = { OPENROUTER_API_KEY: "x", OPENROUTER_API_KEYS: "y" };
  expect(findMisspeltVariables(names.worker, given)).toEqual([]);
});

test.each([
  ["OpenRouter's own clients", "OPENROUTER_API_KEY", key],
  ["machines for web applications", "WEB_CONCURRENCY", "1"],
  ["OpenTelemetry", "OTEL_TRACES_SAMPLER", "parentbased_always_on"],
  ["OpenTelemetry", "OTEL_EXPORTER_OTLP_TIMEOUT", "10000"],
  ["OpenTelemetry", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://logs:4318"],
  ["a machine behind a proxy for FTP", "FTP_PROXY", "http://proxy:3128"],
])("gateway and worker start beside what %s set: %s", (_, name, value) => {
  for (const keys of [
    { OPENROUTER_API_KEYS: key },
    { OPENROUTER_API_KEYS_FILE: "keys.txt" },
  ]) {
    const environment = { ...keys, [name]: value };
    expect(() => loadConfig(gatewayVariables, environment)).not.toThrow();
    expect(() => loadConfig(workerVariables, environment)).not.toThrow();
  }
});

test("what systems set is left alone, and what the other app reads", () => {
  const others = {
    PATH: "/bin",
    HOSTNAME: "h",
    PORTS: "1",
    LOGNAME: "me",
    REDIS_PORT: "tcp://10.0.0.1:6379",
    REDIS_SERVICE_HOST: "10.0.0.1",
    REDIS_SERVICE_PORT: "6379",
    WORKER_PORT_3001_TCP: "tcp://10.0.0.2:3001",
    GATEWAY_PORT: "tcp://10.0.0.3:80",
    REDIS_HOST: "somewhere",
    NODE_OPTIONS: "",
  };
  for (const [app, known] of Object.entries(names)) {
    const ours = Object.fromEntries(
      Object.values(names)
        .flat()
        .filter((name) => !known.includes(name))
        .map((name) => [name, "x"]),
    );
    expect(findMisspeltVariables(known, { ...others, ...ours }), app).toEqual(
      [],
    );
  }
});
