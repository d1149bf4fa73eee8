import { z } from "zod";

/** Fields that all lines have. */
const commonFields = ["level", "time", "app"] as const;

const requestLineSchema = z.looseObject({
  level: z.literal("info"),
  requestId: z.string(),
  msg: z.string(),
});

const finishedSchema = z.looseObject({
  status: z.number(),
  totalMs: z.number(),
  model: z.string().optional(),
  client: z.string().optional(),
  stream: z.boolean().optional(),
  attempts: z.number().optional(),
  queueMs: z.number().optional(),
  cache: z.string().optional(),
  error: z.string().optional(),
});

/** A shorter wait is not shown; calls take about as long anyway. */
const notableWaitMs = 1_000;

/**
 * Shortens a log line for a person at a terminal: a request is one line, such as `200
 * google/gemma-4:free 0.8 s alice →` (the arrow marks a stream). Other lines about a request appear
 * only at the level `debug`, in files and in pipes; a refusal keeps its reason.
 *
 * @returns undefined when the line is left out.
 */
export function shortenLine(line: string): string | undefined {
  const parsed = requestLineSchema.safeParse(parseJson(line));
  if (!parsed.success) return line;
  const { msg, ...fields } = parsed.data;
  switch (msg) {
    case "Completion finished":
      return rewrite(fields, describeFinished(fields) ?? msg);
    case "Refused a request":
      return rewrite(fields, `Refused a request: ${String(fields.why)}`);
    case "Queued a request":
    case "Called OpenRouter":
      return undefined;
    default:
      return line;
  }
}

function describeFinished(fields: object): string | undefined {
  const { data } = finishedSchema.safeParse(fields);
  if (!data) return undefined;
  const { status, model, totalMs, client, stream } = data;
  const { attempts = 0, queueMs = 0, cache, error } = data;
  return [
    status,
    model,
    describeSeconds(totalMs),
    client,
    stream ? "→" : undefined,
    queueMs >= notableWaitMs ? `waited ${describeSeconds(queueMs)}` : undefined,
    attempts > 1 ? `${attempts} calls` : undefined,
    cache === undefined ? undefined : `cache ${cache}`,
    error,
  ]
    .filter((part) => part !== undefined)
    .join(" ");
}

const describeSeconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

function rewrite(fields: Record<string, unknown>, msg: string): string {
  const kept = commonFields.map((name) => [name, fields[name]]);
  return `${JSON.stringify({ ...Object.fromEntries(kept), msg })}\n`;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
