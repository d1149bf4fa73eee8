import { version } from "@openrouter-free-pool/shared/process/version";
import { backgroundPaths } from "./background-operations.ts";
import { batchPaths } from "./batch-operations.ts";
import { clientPaths } from "./client-operations.ts";
import { completionPaths } from "./completion-operations.ts";
import { modelPaths } from "./model-operations.ts";
import type { Paths } from "./operation.ts";
import { ownPaths } from "./pool-operations.ts";
import { requestPaths } from "./request-operations.ts";
import { webhookPaths } from "./webhook-operations.ts";

/** The operator's name and password. */
const operatorScheme = { operator: { type: "http", scheme: "basic" } };
const keySchemes = {
  bearer: { type: "http", scheme: "bearer" },
  apiKey: { type: "apiKey", in: "header", name: "x-api-key" },
};

/**
 * The description of the API, built from the schemas that check requests.
 *
 * @param requiresKey whether clients must send one of the gateway's keys.
 */
export function buildOpenApiDocument({
  requiresKey,
}: {
  requiresKey: boolean;
}) {
  const isEverywhere = {
    ...completionPaths,
    ...backgroundPaths,
    ...modelPaths,
    ...batchPaths,
  };
  return {
    openapi: "3.1.1",
    info: {
      title: "OpenRouter Free Pool",
      version,
      description:
        "An OpenAI-compatible gateway for OpenRouter's free models. A request waits for a free slot of the key pool instead of being refused. Everything below `/v1` is also below `/api/v1`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: requiresKey ? [{ bearer: [] }, { apiKey: [] }] : [],
    tags: [
      "Completions",
      "Background",
      "Models",
      "Files",
      "Batches",
      "Clients",
      "Webhooks",
      "Pool",
    ].map((name) => ({ name })),
    paths: {
      ...underBothPrefixes(isEverywhere),
      ...clientPaths(requiresKey),
      ...webhookPaths,
      ...ownPaths,
      ...requestPaths,
    },
    components: {
      securitySchemes: {
        ...(requiresKey ? keySchemes : {}),
        ...operatorScheme,
      },
    },
  };
}

/** `/api/v1/…` is the same as `/v1/…`. */
function underBothPrefixes(paths: Paths) {
  const servers = [{ url: "/" }, { url: "/api" }];
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [path, { servers, ...item }]),
  );
}
