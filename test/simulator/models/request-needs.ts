import { isRecord } from "../json.ts";

/** `json` without a schema, when any object will do. */
export type AnswerForm =
  | { kind: "text" | "json" }
  | { kind: "schema"; schema: unknown };

/** What a model must be able to do, and what costs money besides the model. */
export type RequestNeeds = {
  tools: boolean;
  images: boolean;
  form: AnswerForm;
  /** Of the whole prompt, at four characters each, and of the longest answer allowed. */
  promptTokens: number;
  answerTokens: number;
  /** `plugin:web`, `plugin:file-parser` and server tools such as `openrouter:web_search`. */
  paidExtras: string[];
};

type Body = Record<string, unknown>;

const CHARACTERS_PER_TOKEN = 4;
// Messages of parts that are results of tools are 5 deep; a client may send anything.
const MAX_DEPTH = 8;
const IMAGE_TYPES: unknown[] = ["image_url", "input_image", "image"];
const PAID_PDF_ENGINE = "mistral-ocr";
const TOKEN_LIMITS = [
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
];

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function countCharacters(value: unknown, depth = 0): number {
  if (typeof value === "string") return value.length;
  if (depth > MAX_DEPTH) return 0;
  if (Array.isArray(value)) {
    return value.reduce<number>(
      (sum, part) => sum + countCharacters(part, depth + 1),
      0,
    );
  }
  if (!isRecord(value)) return 0;
  const { text, content } = value;
  return countCharacters(text, depth + 1) + countCharacters(content, depth + 1);
}

function hasImage(value: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    return value.some((part) => hasImage(part, depth + 1));
  }
  if (!isRecord(value)) return false;
  return IMAGE_TYPES.includes(value.type) || hasImage(value.content, depth + 1);
}

function readAnswerTokens(body: Body): number {
  const limits = TOKEN_LIMITS.map((name) => body[name]);
  return limits.find((limit) => typeof limit === "number") ?? 0;
}

function readForm(body: Body): AnswerForm {
  const { response_format: chat, text, output_config: config } = body;
  const format = [
    chat,
    isRecord(text) ? text.format : undefined,
    isRecord(config) ? config.format : undefined,
    body.output_format,
  ].find(isRecord);
  if (format?.type === "json_object") return { kind: "json" };
  if (format?.type !== "json_schema") return { kind: "text" };
  // Chat nests the schema once more; the Responses and Messages forms do not.
  const owner = isRecord(format.json_schema) ? format.json_schema : format;
  return { kind: "schema", schema: owner.schema };
}

function isPaidPlugin({ id, enabled, pdf }: Body): boolean {
  if (enabled === false) return false;
  if (id === "web") return true;
  const engine = isRecord(pdf) ? pdf.engine : undefined;
  return id === "file-parser" && engine === PAID_PDF_ENGINE;
}

function readPaidExtras({ plugins, tools }: Body): string[] {
  const paid = listOf(plugins).filter(isRecord).filter(isPaidPlugin);
  const types = listOf(tools)
    .filter(isRecord)
    .map(({ type }) => String(type));
  return [
    ...paid.map(({ id }) => `plugin:${String(id)}`),
    ...types.filter((type) => type.startsWith("openrouter:")),
  ];
}

/** Reads the needs of a parsed body of any of the completion endpoints. */
export function readNeeds(body: Body): RequestNeeds {
  const { messages, prompt, input, system, instructions } = body;
  const texts = [messages, prompt, input, system, instructions];
  return {
    tools: listOf(body.tools).length > 0,
    images: hasImage([messages, input]),
    form: readForm(body),
    promptTokens: Math.ceil(countCharacters(texts) / CHARACTERS_PER_TOKEN),
    answerTokens: readAnswerTokens(body),
    paidExtras: readPaidExtras(body),
  };
}
