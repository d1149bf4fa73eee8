import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ScaledObject,
  TriggerAuthentication,
} from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import {
  ConfigMap,
  Namespace,
  PersistentVolumeClaim,
  Service,
} from "kubernetes-models/v1";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { gatewayVariables } from "../../../apps/gateway/src/config.ts";
import { workerVariables } from "../../../apps/worker/src/config.ts";
import { projectRoot } from "../../../scripts/project-root.ts";

type Manifest = { kind: string; metadata: { name: string } };

const folder = join(projectRoot, "deploy/kubernetes");
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const { resources } = parse(read("kustomization.yaml")) as {
  resources: string[];
};
const manifests = resources.flatMap((file) =>
  parseAllDocuments(read(file), { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  }),
);

// They check against the schemas that Kubernetes and KEDA publish.
const models = {
  ConfigMap,
  Deployment,
  Namespace,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  ScaledObject,
  Service,
  StatefulSet,
  TriggerAuthentication,
} as unknown as Record<
  string,
  (new (manifest: Manifest) => { validate(): void }) | undefined
>;

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
)("%s %s obeys its schema", (kind, _name, manifest) => {
  const Model = models[kind];
  if (!Model) throw new Error(`No schema of ${kind} is known`);
  expect(() => new Model(manifest).validate()).not.toThrow();
});

test("a manifest that is wrong is found", () => {
  const wrong = {
    kind: "Deployment",
    metadata: { name: "x" },
    spec: { replicas: "two" },
  };
  expect(() => new Deployment(wrong as never).validate()).toThrow();
});

test("containers run without rights, and their variables are ours", () => {
  const known = new Set(
    Object.keys({ ...gatewayVariables.shape, ...workerVariables.shape }),
  );
  const settings = manifests.find(
    ({ kind }) => kind === "ConfigMap",
  ) as unknown as { data: object };
  expect(Object.keys(settings.data).filter((name) => !known.has(name))).toEqual(
    [],
  );
  const sets = manifests.filter(({ kind }) =>
    /^(Deployment|StatefulSet)$/.test(kind),
  );
  expect(sets).toHaveLength(3);
  for (const set of sets as unknown as PodOwner[]) {
    const { securityContext, containers } = set.spec.template.spec;
    expect(securityContext).toMatchObject({ runAsNonRoot: true });
    for (const container of containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      const names = (container.env ?? []).map(({ name }) => name);
      expect(names.filter((name) => !known.has(name))).toEqual([]);
    }
  }
});

type PodOwner = {
  spec: {
    template: {
      spec: {
        securityContext: object;
        containers: { securityContext: object; env?: { name: string }[] }[];
      };
    };
  };
};
