import type { Template } from "./template.ts";

/** How records become requests. */
export type RequestOptions = RequestDefaults & {
  /** Makes the prompt of a record's fields. */
  readonly template: Template | undefined;
};

/** Defaults for prompts. */
type RequestDefaults = {
  readonly model: string;
  readonly system: string | undefined;
  /** More fields of every body, such as `temperature`. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** A line of a batch's input. */
export type RequestLine = {
  readonly customId: string;
  /** JSON without line break. */
  readonly text: string;
};

/** The endpoint of prompts. */
export const promptEndpoint = "/v1/chat/completions";

/** Makes a chat completion of a prompt. `own` fields override the defaults. */
export function promptLine(
  customId: string,
  prompt: string,
  defaults: RequestDefaults,
  own: Readonly<Record<string, unknown>> = {},
): RequestLine {
  const system = own.system ?? defaults.system;
  const { system: _, ...fields } = own;
  const messages = [
    ...(typeof system === "string"
      ? [{ role: "system", content: system }]
      : []),
    { role: "user", content: prompt },
  ];
  return requestLine(customId, {
    model: defaults.model,
    ...defaults.fields,
    ...fields,
    messages: fields.messages ?? messages,
  });
}

/** A line with this body. */
function requestLine(customId: string, body: object): RequestLine {
  const text = JSON.stringify({
    custom_id: customId,
    method: "POST",
    url: promptEndpoint,
    body,
  });
  return { customId, text };
}
