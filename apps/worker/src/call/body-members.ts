import type { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import {
  type JsonScan,
  scanJson,
} from "@openrouter-free-pool/shared/json/scan-json";
import { AnswerMembers } from "../answer/answer-members.ts";
import type { RequestBody } from "./request-body.ts";

/** Gateways refuse bodies that are nested more deeply. */
export const mostBodyLevels = 1_024;

/** The named members of a request's body; undefined when it cannot be read. */
export function readBodyMembers(
  body: RequestBody,
  names: MemberNames,
): AnswerMembers | undefined {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  let scan: JsonScan;
  try {
    scan = scanJson(bytes, { names, maxDepth: mostBodyLevels });
  } catch {
    return undefined;
  }
  return new AnswerMembers(bytes, scan);
}
