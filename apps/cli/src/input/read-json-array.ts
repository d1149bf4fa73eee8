import { say } from "../words/say.ts";
import { inputError } from "./input-error.ts";
import { isBatchLine } from "./read-json-lines.ts";
import { nameOf, recordLine } from "./record-line.ts";
import {
  promptLine,
  type RequestLine,
  type RequestOptions,
} from "./request-line.ts";

/** An array is parsed as a whole; larger inputs must be JSON lines, which are read one by one. */
const mostCharacters = 256 * 1024 * 1024;

/**
 * Reads a JSON array: of prompts (strings), records, or batch lines.
 *
 * @throws {CliError} that names the item by its position.
 */
export async function* readJsonArray(
  text: AsyncIterable<string>,
  options: RequestOptions,
): AsyncGenerator<RequestLine> {
  for (const [index, item] of (await parseArray(text)).entries()) {
    const place = { kind: "item", number: index + 1 } as const;
    if (typeof item === "string")
      yield promptLine(nameOf(place), item, options);
    else if (isBatchLine(item)) {
      yield { customId: item.custom_id, text: JSON.stringify(item) };
    } else if (typeof item === "object" && item !== null) {
      yield recordLine(item as Record<string, unknown>, place, options);
    } else {
      throw inputError(say("input.badItem", { item: index + 1 }));
    }
  }
}

async function parseArray(
  chunks: AsyncIterable<string>,
): Promise<readonly unknown[]> {
  let text = "";
  for await (const chunk of chunks) {
    text += chunk;
    if (text.length > mostCharacters) {
      throw inputError(say("input.arrayTooLarge"));
    }
  }
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw inputError(say("input.badArray", { reason }), cause);
  }
  throw inputError(say("input.noArray"));
}
