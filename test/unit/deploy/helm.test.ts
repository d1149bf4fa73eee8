import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import {
  knownVariables,
  type Manifest,
  podOwners,
  readManifests,
  validateManifest,
} from "../../support/manifests.ts";

const chart = join(projectRoot, "deploy/helm/openrouter-free-pool");
const examples = readdirSync(join(chart, "examples"));

function helm(...args: string[]) {
  return spawnSync("helm", args, { encoding: "utf8" });
}

const render = (...args: string[]) =>
  helm("template", "pool", chart, "--namespace", "pool", ...args);

const isInstalled = helm("version").status === 0;

function find(manifests: readonly Manifest[], kind: string): Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

// GitHub's machines have helm; .ci/run installs it elsewhere.
describe.skipIf(!isInstalled)("the Helm chart (needs helm on the PATH)", () => {
  describe.each(examples)("with %s", (example) => {
    const values = ["--values", join(chart, "examples", example)];
    const rendered = isInstalled ? render(...values) : undefined;
    const manifests = readManifests(rendered?.stdout ?? "");

    test("is linted without a warning", () => {
      const { status, stdout } = helm("lint", chart, "--strict", ...values);
      expect(stdout).toContain("1 chart(s) linted, 0 chart(s) failed");
      expect(status).toBe(0);
    });

    test("obeys the schemas", () => {
      expect(rendered?.stderr).toBe("");
      expect(manifests.length).toBeGreaterThan(8);
      for (const manifest of manifests) validateManifest(manifest);
      const names = manifests.map(
        ({ kind, metadata }) => `${kind} ${metadata.name}`,
      );
      expect(new Set(names).size).toBe(names.length);
    });

    test("runs without rights, with probes, budgets and network policies", () => {
      const owners = podOwners(manifests);
      expect(owners.length).toBeGreaterThan(1);
      const policies = find(manifests, "NetworkPolicy").map(
        ({ metadata }) => metadata.name,
      );
      const budgets = find(manifests, "PodDisruptionBudget").map(
        ({ metadata }) => metadata.name,
      );
      for (const { kind, metadata, spec } of owners) {
        expect(policies).toContain(metadata.name);
        if (kind === "Deployment") expect(budgets).toContain(metadata.name);
        expect(spec.template.metadata.labels).toMatchObject(
          spec.selector.matchLabels,
        );
        expect(spec.template.spec.securityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
        });
        for (const container of spec.template.spec.containers) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          });
          expect(container).toHaveProperty("readinessProbe");
          expect(container).toHaveProperty("livenessProbe");
        }
      }
    });

    test("sets only variables that the applications read", () => {
      const settings = find(manifests, "ConfigMap").find(({ metadata }) =>
        metadata.name.endsWith("-settings"),
      ) as unknown as { data: Record<string, string> };
      const names = podOwners(manifests)
        .filter(({ kind }) => kind === "Deployment")
        .flatMap(({ spec }) => spec.template.spec.containers)
        .flatMap(({ env = [] }) => env.map(({ name }) => name));
      const all = [...Object.keys(settings.data), ...names];
      expect(all.filter((name) => !knownVariables.has(name))).toEqual([]);
    });
  });

  test("the sentinel group is three servers and Sentinels that the applications know", () => {
    const { stdout } = render(
      ...["--values", join(chart, "examples/sentinel.yaml")],
    );
    const manifests = readManifests(stdout);
    const [group] = podOwners(find(manifests, "StatefulSet"));
    expect(group?.spec.replicas).toBe(3);
    expect(
      group?.spec.template.spec.containers.map(({ name }) => name),
    ).toEqual(["redis", "sentinel"]);
    const name = group?.metadata.name;
    expect(stdout).toContain(
      `REDIS_SENTINELS: ${[0, 1, 2].map((index) => `${name}-${index}.${name}.pool.svc:26379`).join()}\n`,
    );
  });

  test("an external Cluster is named to the applications", () => {
    const { stdout } = render(
      ...["--set", "redis.mode=external", "--set", "redis.external.tls=true"],
      ...["--set", "redis.external.cluster={a:6379,b:6379}"],
    );
    expect(stdout).toContain("REDIS_CLUSTER: a:6379,b:6379\n");
    expect(stdout).toContain('REDIS_TLS: "true"\n');
    expect(stdout).not.toContain("REDIS_SENTINEL");
  });

  test("large numbers are written out, and all else stays as it is", () => {
    const values = {
      settings: {
        BODY_LIMIT: 10_485_760,
        MAX_WAIT_MS: 3_600_000,
        MODEL_CHECK: false,
        REDIS_PREFIX: "a & b",
      },
      gateway: { settings: { BODY_STALL_MS: 1_000_000 } },
      worker: { settings: { UPSTREAM_TIMEOUT_MS: 1_200_000 } },
      autoscaling: { enabled: true, waitingPerWorker: 1_000_000 },
      redis: { mode: "sentinel", sentinel: { downAfterMs: 1_000_000 } },
    };
    const { stdout, stderr } = spawnSync(
      "helm",
      ["template", "pool", chart, "--values", "-"],
      { encoding: "utf8", input: JSON.stringify(values) },
    );
    expect(stderr).toBe("");
    expect(stdout).not.toMatch(/\de[+]\d/);
    for (const line of [
      'BODY_LIMIT: "10485760"',
      'MAX_WAIT_MS: "3600000"',
      'MODEL_CHECK: "false"',
      'REDIS_PREFIX: "a & b"',
      'name: BODY_STALL_MS\n              value: "1000000"',
      'name: UPSTREAM_TIMEOUT_MS\n              value: "1200000"',
      'targetValue: "1000000"',
      'name: DOWN_AFTER_MS\n              value: "1000000"',
    ]) {
      expect(stdout).toContain(line);
    }
  });

  test("KEDA sets the number of workers, by our own metric", () => {
    const manifests = readManifests(
      render("--values", join(chart, "examples/production.yaml")).stdout,
    );
    const [scaled] = find(manifests, "ScaledObject") as unknown as {
      spec: { triggers: { metadata: Record<string, string> }[] };
    }[];
    expect(scaled?.spec.triggers.map(({ metadata }) => metadata)).toEqual(
      ["queue.inFlight", "queue.waiting"].map((valueLocation) =>
        expect.objectContaining({
          valueLocation,
          url: "http://pool-openrouter-free-pool-gateway.pool.svc/api/v1/keys/status",
        }),
      ),
    );
    const worker = podOwners(manifests).find(({ metadata }) =>
      metadata.name.endsWith("-worker"),
    );
    expect(worker?.spec).not.toHaveProperty("replicas");
  });

  test.each([
    ["redis.mode=cluster", "/redis/mode"],
    ["redis.mode=external", "redis.external: wants one of url, sentinels"],
    ["redis.external.url=redis://:secret@host", "/redis/external/url"],
    ["redis.passwordSecret.name=", "wants a password"],
    ["files.accessModes={ReadWriteOnce}", "wants ReadWriteMany"],
    ["ingress.enabled=true", "ingress.host: the name by which clients call"],
    ["gatway.replicas=3", "gatway"],
  ])("%s is refused, and it is said why", (setting, reason) => {
    const { status, stderr } = render("--set", setting);
    expect(status).not.toBe(0);
    expect(stderr).toContain(reason);
  });
});
