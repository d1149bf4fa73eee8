import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { projectRoot } from "../../../scripts/project-root.ts";
import {
  knownVariables,
  podOwners,
  readManifests,
  validateManifest,
} from "../../support/manifests.ts";

const folder = join(projectRoot, "deploy/kubernetes");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const { resources } = parse(read("kustomization.yaml")) as {
  resources: string[];
};
const manifests = resources.flatMap((file) => readManifests(read(file)));

test("the kustomization names every file", () => {
  const files = readdirSync(folder).filter(
    (name) => name !== "kustomization.yaml",
  );
  expect(resources.toSorted()).toEqual(files.toSorted());
});

test.each(
  manifests.map(
    (manifest) => [manifest.kind, manifest.metadata.name, manifest] as const,
  ),
)("%s %s obeys its schema", (_kind, _name, manifest) => {
  expect(() => validateManifest(manifest)).not.toThrow();
});

test("a manifest that is wrong is found", () => {
  const wrong = {
    kind: "Deployment",
    metadata: { name: "x" },
    spec: { replicas: "two" },
  };
  expect(() => validateManifest(wrong)).toThrow();
});

test("containers run without rights, and their variables are ours", () => {
  const settings = manifests.find(
    ({ kind }) => kind === "ConfigMap",
  ) as unknown as { data: object };
  const unknown = (names: string[]) =>
    names.filter((name) => !knownVariables.has(name));
  expect(unknown(Object.keys(settings.data))).toEqual([]);
  const sets = podOwners(manifests);
  expect(sets).toHaveLength(3);
  for (const set of sets) {
    const { securityContext, containers } = set.spec.template.spec;
    expect(securityContext).toMatchObject({ runAsNonRoot: true });
    for (const container of containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      const names = (container.env ?? []).map(({ name }) => name);
      expect(unknown(names)).toEqual([]);
    }
  }
});
