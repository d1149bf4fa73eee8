import { parseRange } from "@openrouter-free-pool/shared/json/parse-json";
import type { CheckedBody } from "../../dialects/parse-body.ts";

/** A rough figure, only used to find requests that certainly do not fit. */
const bytesPerToken = 4;
/** A larger member is not parsed. */
const mostParsedBytes = 256 * 1024;
/** Kinds of input are searched in at most so much of a body. */
const mostScannedBytes = 1024 * 1024;

/** What a request needs of its model. */
export type RequestNeeds = {
  /** Tokens of prompt and answer together, approximately. */
  readonly tokens: number;
  /** Parameters that the model must support, by their names in `supported_parameters`. */
  readonly parameters: readonly string[];
  /** Kinds of input in addition to text. */
  readonly inputs: readonly string[];
};

const inputKinds = [
  ["image", /"type"\s*:\s*"(image_url|input_image|image)"/],
  ["audio", /"type"\s*:\s*"(input_audio|audio_url)"/],
  ["file", /"type"\s*:\s*"(file|input_file|document)"/],
  ["video", /"type"\s*:\s*"(video_url|input_video)"/],
] as const;

/** Reads what a request needs of its model. */
export function readNeeds(bytes: Buffer, body: CheckedBody): RequestNeeds {
  const text = bytes.toString("latin1", 0, mostScannedBytes);
  const inputs = inputKinds.flatMap(([kind, pattern]) =>
    pattern.test(text) ? [kind] : [],
  );
  // An encoded image is not a prompt of millions of tokens.
  const promptBytes = inputs.length > 0 ? 0 : bytes.length;
  const answer =
    toCount(readMember(bytes, body, "max_tokens")) ??
    toCount(readMember(bytes, body, "max_completion_tokens")) ??
    0;
  const format = readMember(bytes, body, "response_format");
  const formatType =
    typeof format === "object" && format !== null && "type" in format
      ? format.type
      : undefined;
  return {
    tokens: Math.ceil(promptBytes / bytesPerToken) + answer,
    parameters: [
      ...(hasItems(body, "tools") ? ["tools"] : []),
      ...(formatType === "json_object" ? ["response_format"] : []),
      ...(formatType === "json_schema" ? ["structured_outputs"] : []),
    ],
    inputs,
  };
}

/** A member of the body; undefined when it is absent or very long. */
export function readMember(
  bytes: Buffer,
  { members }: CheckedBody,
  name: string,
): unknown {
  const range = members.get(name);
  if (!range || range.end - range.start > mostParsedBytes) return undefined;
  return parseRange(bytes, range);
}

function toCount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function hasItems({ members }: CheckedBody, name: string): boolean {
  const range = members.get(name);
  return range?.kind === "array" && range.end - range.start > 2;
}
