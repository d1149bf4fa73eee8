import { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import { memberOf } from "../answer/event-text.ts";
import { readBodyMembers } from "../call/body-members.ts";
import type { RequestBody } from "../call/request-body.ts";

const names = new MemberNames([
  ...["response_format", "text", "output_config", "output_format"],
]);

/**
 * The JSON Schema that a request gives for its answer: in `response_format`, in `text.format`
 * (responses) or in `output_config.format` (messages).
 *
 * @returns undefined when there is none, or the member that holds it is larger than 64 KB.
 */
export function readRequestedSchema(body: RequestBody): object | undefined {
  const members = readBodyMembers(body, names);
  if (!members) return undefined;
  const formats = [
    members.get("response_format"),
    memberOf(members.get("text"), "format"),
    memberOf(members.get("output_config"), "format"),
    members.get("output_format"),
  ];
  const format = formats.find(
    (each) => memberOf(each, "type") === "json_schema",
  );
  const schema =
    memberOf(memberOf(format, "json_schema"), "schema") ??
    memberOf(format, "schema");
  const isObject =
    typeof schema === "object" && schema !== null && !Array.isArray(schema);
  return isObject ? schema : undefined;
}
