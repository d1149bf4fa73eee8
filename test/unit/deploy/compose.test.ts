import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { gatewayVariables } from "../../../apps/gateway/src/config.ts";
import { workerVariables } from "../../../apps/worker/src/config.ts";
import { projectRoot } from "../../../scripts/project-root.ts";

type Service = {
  environment?: Record<string, string>;
  image?: string;
  security_opt?: string[];
  read_only?: boolean;
  mem_limit?: string;
  command?: string[];
  networks?: { default: { ipv4_address: string } };
};

const read = (file: string) =>
  parse(readFileSync(join(projectRoot, file), "utf8"), { merge: true }) as {
    services: Record<string, Service>;
  };

const files = [
  "docker-compose.yml",
  "deploy/compose/redis-password.yml",
  "deploy/compose/keys-file.yml",
  "deploy/compose/sentinel.yml",
  "deploy/compose/cluster.yml",
] as const;
const sentinelFile = "deploy/compose/sentinel.yml";
const clusterFile = "deploy/compose/cluster.yml";
/** Files that add services. */
const adding = [sentinelFile, clusterFile] as const;

const ours = { gateway: gatewayVariables, worker: workerVariables } as const;

test.for(files)("%s sets only variables that its application reads", (file) => {
  const { services } = read(file);
  const known = Object.keys({
    ...read("docker-compose.yml").services,
    ...Object.assign({}, ...adding.map((each) => read(each).services)),
  });
  expect(known).toEqual(expect.arrayContaining(Object.keys(services)));
  for (const [name, variables] of Object.entries(ours)) {
    const set = Object.keys(services[name]?.environment ?? {});
    const unknown = set.filter((variable) => !(variable in variables.shape));
    // The gateway is told that it has no keys.
    expect(unknown).toEqual(
      file === "docker-compose.yml" && name === "gateway"
        ? ["OPENROUTER_API_KEYS"]
        : [],
    );
  }
});

test("what we run may write nowhere else and gain no rights", () => {
  const { services } = read("docker-compose.yml");
  const ours = ["gateway", "worker", "redis"].map((name) => services[name]);
  for (const service of [...ours, ...adding.flatMap(addedBy)]) {
    expect(service).toMatchObject({
      read_only: true,
      security_opt: ["no-new-privileges:true"],
    });
  }
});

test("no container can take all memory of its host, and Redis refuses before it is killed", () => {
  const { services } = read("docker-compose.yml");
  const all = [...Object.values(services), ...adding.flatMap(addedBy)];
  for (const { mem_limit } of all) expect(mem_limit).toMatch(/^\d+[gm]$/);
  expect(services.redis?.command?.join(" ")).toContain("--maxmemory 1gb");
});

test("the Sentinels of compose are those that gateway and worker ask", () => {
  const { services } = read(sentinelFile);
  const hosts = Object.keys(services).filter((name) => /^sentinel-/.test(name));
  for (const name of ["gateway", "worker"]) {
    expect(services[name]?.environment).toMatchObject({
      REDIS_URL: "",
      REDIS_SENTINELS: hosts.map((host) => `${host}:26379`).join(),
    });
  }
  for (const name of [...hosts, "redis", "redis-replica"]) {
    expect(services[name]?.environment).toMatchObject({
      HOST: name,
      SENTINELS: hosts.map((host) => `${host}:26379`).join(" "),
      FIRST_PRIMARY: "redis:6379",
    });
  }
});

test("the nodes of compose's Cluster have the addresses that gateway, worker and the start know", () => {
  const { services } = read(clusterFile);
  const nodes = Object.values(services).flatMap(
    ({ networks }) => networks?.default.ipv4_address ?? [],
  );
  expect(new Set(nodes).size).toBe(6);
  const all = nodes.map((address) => `${address}:6379`);
  for (const name of ["gateway", "worker"]) {
    expect(services[name]?.environment).toMatchObject({
      REDIS_URL: "",
      REDIS_CLUSTER: all.join(),
    });
  }
  expect(services.cluster?.environment).toEqual({ NODES: all.join(" ") });
  for (const { command } of Object.values(services)) {
    if (command?.[0] !== "redis-server") continue;
    expect(command.join(" ")).toContain("--maxmemory-policy noeviction");
  }
});

/** Services that only this file has. */
function addedBy(file: string): Service[] {
  const before = read("docker-compose.yml").services;
  return Object.entries(read(file).services).flatMap(([name, service]) =>
    name in before ? [] : [service],
  );
}
