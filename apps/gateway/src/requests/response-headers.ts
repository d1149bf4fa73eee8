const integer = { type: "integer" };

/**
 * Response headers about a request's wait and calls, as the API describes them; pages of other origins may read
 * them, too. Most are set in `completions/client-response.ts`.
 */
export const responseHeaders = {
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
  "X-Model": {
    description: "The model that was called last",
    schema: { type: "string", examples: ["google/gemma-4-31b-it:free"] },
  },
  "X-Answer-Check": {
    description:
      "Where an answer does not pass what `X-Answer-Check` asked for: `failed`, and the checks",
    schema: { type: "string", examples: ["failed content, json"] },
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
