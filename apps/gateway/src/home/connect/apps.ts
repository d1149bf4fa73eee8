import type { TextKey } from "../../words/say.ts";

type IdOf<Key> = Key extends `connect.where.${infer Id}` ? Id : never;

/** The values that depend on the gateway. */
type Place = {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly key: string;
  readonly model: string;
};

/** One app: the names of its fields, and their values. */
type App = {
  /** The catalogue says where in the app the fields are: `connect.where.…`. */
  readonly id: IdOf<TextKey>;
  readonly name: string;
  readonly fields: readonly (readonly [label: string, value: string])[];
  /** The same as a text to paste, if the app reads one. */
  readonly snippet?: string;
  /** Whether the catalogue has a `connect.note.…` about it. */
  readonly hasNote?: true;
};

/** The apps of `/connect` and of docs/connect.md, with their own names for their fields. */
export function listApps({ baseUrl, key, model }: Place): readonly App[] {
  return [
    {
      id: "sillytavern",
      hasNote: true,
      name: "SillyTavern",
      fields: [
        ["Chat Completion Source", "Custom (OpenAI-compatible)"],
        ["Custom Endpoint (Base URL)", baseUrl],
        ["Custom API Key", key],
        ["Enter a Model ID", model],
      ],
    },
    {
      id: "openwebui",
      hasNote: true,
      name: "Open WebUI",
      fields: [
        ["Provider Type", "OpenAI"],
        ["URL", baseUrl],
        ["API Key", key],
        ["Model IDs", model],
      ],
    },
    {
      id: "cline",
      name: "Cline, Roo Code",
      fields: [
        ["API Provider", "OpenAI Compatible"],
        ["Base URL", baseUrl],
        ["API Key", key],
        ["Model ID", model],
      ],
    },
    {
      id: "continue",
      name: "Continue",
      fields: [
        ["provider", "openai"],
        ["apiBase", baseUrl],
        ["apiKey", key],
        ["model", model],
      ],
      snippet: `models:
  - name: Free Pool
    provider: openai
    apiBase: ${baseUrl}
    apiKey: ${key}
    model: ${model}`,
    },
    {
      id: "cherrystudio",
      hasNote: true,
      name: "Cherry Studio",
      fields: [
        ["Provider Type", "OpenAI"],
        ["API Host", baseUrl.replace(/\/v1$/, "")],
        ["API Key", key],
        ["Model ID", model],
      ],
    },
    {
      id: "lobechat",
      hasNote: true,
      name: "LobeChat",
      fields: [
        ["ENABLED_OPENAI", "1"],
        ["OPENAI_PROXY_URL", baseUrl],
        ["OPENAI_API_KEY", key],
        ["OPENAI_MODEL_LIST", `-all,+${model}`],
      ],
    },
    {
      id: "langchain",
      name: "LangChain",
      fields: [
        ["class", "ChatOpenAI"],
        ["base_url", baseUrl],
        ["api_key", key],
        ["model", model],
      ],
      snippet: `from langchain_openai import ChatOpenAI

model = ChatOpenAI(
    base_url="${baseUrl}",
    api_key="${key}",
    model="${model}",
    timeout=900,
)`,
    },
    {
      id: "aisdk",
      name: "AI SDK",
      fields: [
        ["function", "createOpenRouter"],
        ["baseURL", baseUrl],
        ["apiKey", key],
        ["model", model],
      ],
      snippet: `import { createOpenRouter } from "@openrouter/ai-sdk-provider";

const pool = createOpenRouter({
  baseURL: "${baseUrl}",
  apiKey: "${key}",
});
const model = pool("${model}");`,
    },
    {
      id: "aider",
      hasNote: true,
      name: "aider",
      fields: [
        ["prefix of the model", "openai/"],
        ["OPENAI_API_BASE", baseUrl],
        ["OPENAI_API_KEY", key],
        ["--model", `openai/${model}`],
      ],
      snippet: `export OPENAI_API_BASE=${baseUrl}
export OPENAI_API_KEY="${key}"
aider --model openai/${model}`,
    },
    {
      id: "llm",
      hasNote: true,
      name: "llm",
      fields: [
        ["model_id", "free-pool"],
        ["api_base", baseUrl],
        ["api_key_name", "free-pool"],
        ["model_name", model],
      ],
      snippet: `- model_id: free-pool
  api_base: ${baseUrl}
  api_key_name: free-pool
  model_name: ${model}`,
    },
  ];
}
