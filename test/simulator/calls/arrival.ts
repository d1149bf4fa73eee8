import { hash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { errorAnswer } from "../answers/http-answer.ts";
import type { Account, Simulation } from "../simulation.ts";
import type { CallRecord } from "./call-log.ts";
import type { Reply } from "./reply.ts";

const ATTRIBUTION = ["http-referer", "x-openrouter-title", "x-title"];
const BEARER = /^Bearer\s+(.+)$/i;

/** A call that has arrived in full. */
export type Arrival = {
  req: IncomingMessage;
  res: ServerResponse;
  /** Below the base path, without the query. */
  path: string;
  body: Buffer;
};

function readKey(req: IncomingMessage): string | null {
  const bearer = BEARER.exec(req.headers.authorization ?? "")?.[1];
  const apiKey = req.headers["x-api-key"];
  return bearer ?? (typeof apiKey === "string" ? apiKey : null);
}

function readAttribution(req: IncomingMessage): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of ATTRIBUTION) {
    const value = req.headers[name];
    if (typeof value === "string") found[name] = value;
  }
  return found;
}

/** Opens the log's record of a call. */
export function openRecord(
  simulation: Simulation,
  { req, path, body }: Arrival,
): CallRecord {
  const key = readKey(req);
  const account = key === null ? undefined : simulation.findAccount(key);
  return {
    n: simulation.log.nextN,
    at: Date.now(),
    method: req.method ?? "",
    path,
    key,
    account: account?.id ?? null,
    model: null,
    stream: false,
    status: null,
    kind: "ok",
    generationId: null,
    free: false,
    counted: false,
    quotaRefusal: null,
    cost: 0,
    billedFor: [],
    finishedAt: null,
    abortedAt: null,
    bodySha256: hash("sha256", body, "hex"),
    responseSha256: null,
    responseBytes: 0,
    userHeader: readAttribution(req),
    marker: null,
    prompt: null,
  };
}

/** Answers 401 and returns undefined for a key that is missing or nobody's. */
export function authenticate(
  simulation: Simulation,
  reply: Reply,
): Account | undefined {
  const { record } = reply;
  const account =
    record.key === null ? undefined : simulation.findAccount(record.key);
  if (account !== undefined) return account;
  record.kind = "401";
  const isMissing = record.key === null;
  const message = isMissing
    ? "No cookie auth credentials found"
    : "User not found.";
  reply.send(errorAnswer(401, message));
  return undefined;
}
