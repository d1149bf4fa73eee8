import type { connectWords } from "./words.ts";

/** The values that depend on the gateway. */
type Place = {
  /** Ends in `/v1`. */
  readonly baseUrl: string;
  readonly key: string;
  readonly model: string;
};

/** One app: how its fields are called, and what belongs there. */
type App = {
  readonly id: keyof typeof connectWords.where;
  readonly name: string;
  readonly fields: readonly (readonly [label: string, value: string])[];
  /** The same as a text to paste, where the app reads one. */
  readonly snippet?: string;
};

/** The apps of `/connect` and of docs/connect.md, with the names that they themselves give to their fields. */
export function listApps({ baseUrl, key, model }: Place): readonly App[] {
  return [
    {
      id: "sillytavern",
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
