import type { Family } from "../../families/family.ts";
import { checkBody } from "../../families/parse-body.ts";

/** A line of the input, ready to go on the queue. */
export type BatchRequest = {
  /** Number of the line. */
  readonly line: number;
  readonly customId: string;
  readonly model: string;
  readonly body: string;
};

type Reviver = (
  name: string,
  value: unknown,
  context: { source?: string },
) => unknown;

// Neither is in TypeScript's es2024 yet; both are in Node.
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/** Reads a line that was validated. Numbers keep the form that they have in the file. */
export function readRequest(
  line: { number: number; bytes: Buffer },
  family: Family,
): BatchRequest {
  const text = line.bytes.toString().replace(/^\uFEFF/, "");
  const { custom_id: customId, body } = parse(text, keepNumber) as {
    custom_id: string;
    body: unknown;
  };
  const bodyText = JSON.stringify(body);
  return {
    line: line.number,
    customId,
    model: checkBody(JSON.parse(bodyText), family).model,
    body: bodyText,
  };
}

/** Large integers and the like would come out changed. */
function keepNumber(
  _name: string,
  value: unknown,
  { source }: { source?: string },
): unknown {
  return typeof value === "number" &&
    source !== undefined &&
    String(value) !== source
    ? rawJSON(source)
    : value;
}
