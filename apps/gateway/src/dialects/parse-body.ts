import { isUtf8 } from "node:buffer";
import { listProblems } from "@openrouter-free-pool/shared/api/list-problems";
import { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import { parseRange } from "@openrouter-free-pool/shared/json/parse-json";
import {
  type JsonRange,
  type JsonScan,
  JsonScanError,
  scanJsonInTurns,
} from "@openrouter-free-pool/shared/json/scan-json";
import { GatewayError } from "../errors/gateway-error.ts";
import type { Dialect, KnownFields } from "./dialect.ts";
import { foundFieldNames, smallFieldNames } from "./known-fields.ts";

/** Nesting levels of arrays and objects that a body may have. */
const mostLevels = 256;
/** Bound of a field that the gateway reads, in bytes: `models` with the longest ids fits. */
const longestFieldBytes = 32 * 1024;
/** A refusal lists no more problems than this. */
const mostProblems = 5;

/** The known fields of a checked body. */
export type CheckedBody = {
  readonly fields: KnownFields;
  /** The model that is requested first. */
  readonly model: string;
  /** All models that are requested, in the order in which they are tried. */
  readonly chain: readonly string[];
  /** Positions in the body of fields that have not been read yet. */
  readonly members: ReadonlyMap<string, JsonRange>;
  readonly isStream: boolean;
};

/**
 * Checks the bytes of a body against its dialect. The whole text is checked; only the fields that
 * the gateway must know are parsed.
 *
 * @throws {GatewayError} `invalid-request` that says what is wrong.
 */
export async function parseBody(
  bytes: Buffer,
  dialect: Dialect,
): Promise<CheckedBody> {
  if (!isUtf8(bytes)) throw invalid("The body is not valid UTF-8");
  const scan = await scanBody(bytes, dialect);
  if (scan.kind !== "object") throw invalid("`body`: must be a JSON object");
  const { members } = scan;
  return { ...checkFields(readFields(bytes, scan, dialect), dialect), members };
}

/** @throws {GatewayError} `invalid-request` that says what is wrong. */
function checkFields(
  body: unknown,
  dialect: Dialect,
): Omit<CheckedBody, "members"> {
  const parsed = dialect.schema.safeParse(body);
  if (!parsed.success) {
    const options = { whole: "body", most: mostProblems };
    throw invalid(listProblems(parsed.error, options));
  }
  const fields = parsed.data;
  const isStream = fields.stream === true;
  if (isStream && !dialect.canStream) {
    throw invalid("`stream`: cannot be true here");
  }
  const chain = chainOf(fields);
  return { fields, model: chain[0] ?? "", chain, isStream };
}

function chainOf({ model, models, fallbacks }: KnownFields): readonly string[] {
  const others = (fallbacks ?? []).map((fallback) => fallback.model);
  return [...(model ? [model] : []), ...(models ?? []), ...others];
}

async function scanBody(bytes: Buffer, dialect: Dialect): Promise<JsonScan> {
  try {
    const names = namesOf(dialect);
    return await scanJsonInTurns(bytes, { names, maxDepth: mostLevels });
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    if (error.reason === "too-deep") {
      throw invalid(
        `The body is nested too deeply: more than ${mostLevels} levels`,
      );
    }
    const isEmpty =
      bytes.length < longestFieldBytes && !/\S/.test(String(bytes));
    throw invalid(`The body ${isEmpty ? "is empty" : "is not valid JSON"}`);
  }
}

const namesByDialect = new WeakMap<Dialect, MemberNames>();

function namesOf(dialect: Dialect): MemberNames {
  const known = namesByDialect.get(dialect);
  if (known) return known;
  const names = new MemberNames([...foundFieldNames, dialect.contentField]);
  namesByDialect.set(dialect, names);
  return names;
}

function readFields(
  bytes: Buffer,
  { members }: JsonScan,
  dialect: Dialect,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, range] of members) {
    if (name === dialect.contentField) fields[name] = standIn(bytes, range);
    else if (smallFieldNames.has(name)) {
      fields[name] = readSmall(bytes, name, range);
    }
  }
  return fields;
}

function readSmall(bytes: Buffer, name: string, range: JsonRange): unknown {
  if (range.end - range.start > longestFieldBytes) {
    throw invalid(`\`${name}\`: is longer than ${longestFieldBytes} bytes`);
  }
  return parseRange(bytes, range);
}

/** A small value that the schemas treat like the large one: the same type, and empty or not. */
function standIn(bytes: Buffer, { kind, start, end }: JsonRange): unknown {
  switch (kind) {
    case "null":
      return null;
    case "array":
      return isBlank(bytes, start + 1, end - 1) ? [] : [null];
    case "object":
      return {};
    case "string":
      return end - start > 2 ? "…" : "";
    case "number":
      return 0;
    case "boolean":
      return true;
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x20) return false;
  }
  return true;
}

function invalid(message: string): GatewayError {
  return new GatewayError("invalid-request", message);
}
