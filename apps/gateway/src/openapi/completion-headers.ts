import { priorityNames } from "@openrouter-free-pool/shared/queue/priorities";
import type { Parameter } from "./operation.ts";

/** Headers by which a client says how its request is to be treated. */
export const completionParameters: readonly Parameter[] = [
  {
    name: "X-Max-Wait-Ms",
    in: "header",
    description:
      "How long the request may wait in the queue, in ms; it can only shorten MAX_WAIT_MS",
    schema: { type: "integer", minimum: 0 },
  },
  {
    name: "X-Priority",
    in: "header",
    description:
      'How urgent it is; without it `"service_tier": "flex"` counts as low',
    schema: { type: "string", enum: priorityNames, default: "normal" },
  },
  {
    name: "Idempotency-Key",
    in: "header",
    description:
      "Requests with the same key share one call and its answer, at the same time or later",
    schema: { type: "string", minLength: 1, maxLength: 255 },
  },
  {
    name: "X-Keep-Alive",
    in: "header",
    description:
      "For plain requests behind impatient proxies: white space is sent while it waits. From then on the status is 200, and an error comes in the body",
    schema: { type: "string", enum: ["whitespace"] },
  },
  {
    name: "Cache-Control",
    in: "header",
    description:
      "Where the response cache is on: `no-cache` wants a fresh answer, `no-store` also one that is not kept",
    schema: { type: "string" },
  },
  {
    name: "X-Request-Id",
    in: "header",
    description: "An id of the client's own, for the logs",
    schema: { type: "string", pattern: "^[\\w.:-]{1,128}$" },
  },
];

const integer = { type: "integer" };

/** Headers that tell how a request fared. */
export const completionHeaders = {
  "X-Request-Id": {
    description: "Names the request in the logs",
    schema: { type: "string" },
  },
  "X-Queue-Time-Ms": { description: "Time in the queue", schema: integer },
  "X-Upstream-Time-Ms": {
    description: "Time that OpenRouter took for the last call",
    schema: integer,
  },
  "X-Attempts": {
    description: "Calls made to OpenRouter, refused ones included",
    schema: integer,
  },
  "X-Cache": {
    description: "Where the response cache is on",
    schema: { type: "string", enum: ["HIT", "MISS"] },
  },
  "Idempotent-Replayed": {
    description: "The answer to an earlier request with this Idempotency-Key",
    schema: { type: "string", enum: ["true"] },
  },
};
