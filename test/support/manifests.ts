import {
  ScaledObject,
  TriggerAuthentication,
} from "@kubernetes-models/keda/keda.sh/v1alpha1";
import { Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { Ingress, NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import {
  ConfigMap,
  Namespace,
  PersistentVolumeClaim,
  Service,
} from "kubernetes-models/v1";
import { parseAllDocuments } from "yaml";
import { gatewayVariables } from "../../apps/gateway/src/config.ts";
import { workerVariables } from "../../apps/worker/src/config.ts";

/** An object of Kubernetes, as far as all have the same fields. */
export type Manifest = {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
};

/** What starts pods. */
export type PodOwner = Manifest & {
  spec: {
    replicas?: number;
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: { securityContext: object; containers: Container[] };
    };
  };
};

type Container = {
  name: string;
  securityContext: object;
  env?: { name: string; value?: string }[];
  startupProbe?: object;
  readinessProbe?: object;
  livenessProbe?: object;
};

// They check against the schemas that Kubernetes and KEDA publish.
const models = {
  ConfigMap,
  Deployment,
  Ingress,
  Namespace,
  NetworkPolicy,
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

/** Names of the variables that gateway or worker reads. */
export const knownVariables: ReadonlySet<string> = new Set(
  Object.keys({ ...gatewayVariables.shape, ...workerVariables.shape }),
);

/**
 * Reads the documents of a YAML text.
 *
 * @throws {Error} when it is no YAML.
 */
export function readManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { merge: true }).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw error;
    return (document.toJS() as Manifest | null) ?? [];
  });
}

/** @throws {Error} when the manifest does not obey its schema, or when none of its kind is known. */
export function validateManifest(manifest: Manifest): void {
  const Model = models[manifest.kind];
  if (!Model) throw new Error(`No schema of ${manifest.kind} is known`);
  new Model(manifest).validate();
}

/** The manifests that start pods. */
export function podOwners(manifests: readonly Manifest[]): PodOwner[] {
  return manifests.filter(({ kind }) =>
    /^(Deployment|StatefulSet)$/.test(kind),
  ) as PodOwner[];
}
