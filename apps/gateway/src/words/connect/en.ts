/** Texts of `/connect`; `where` and `note` by the id of an app. */
export const connect = {
  title: "Connect your app",
  lead: "What to fill in where. Everything else that speaks OpenAI's API takes the same four: OpenAI as the kind, base URL, key, model.",
  model:
    "{model} stands for the free models that fit, best ones first. Any free model of OpenRouter's list works as well.",
  time: "Requests wait for a free call: where an app has a time-out, give it 15 minutes.",
  copy: "Copy",
  fields: "Fields of {app}",
  paste: "Text to paste for {app}",
  field: "Field",
  value: "Value",
  anyKey: "unused",
  clientKey: "your client key",
  "where.sillytavern": "API Connections (the plug), API: Chat Completion",
  "where.openwebui": "Admin Settings, Connections, OpenAI, Add Connection",
  "where.cline": "Settings of the extension",
  "where.continue": "~/.continue/config.yaml",
  "where.cherrystudio": "Settings, Model Provider, Add",
  "where.lobechat":
    "Environment of its server, or the same fields in Settings under OpenAI",
  "where.langchain":
    "Python; in JavaScript: apiKey, configuration.baseURL, model",
  "where.aisdk": "Node.js, package @openrouter/ai-sdk-provider",
  "where.aider": "Shell",
  "where.llm":
    'extra-openai-models.yaml in the folder that `dirname "$(llm logs path)"` names',
  "note.sillytavern": "Leave Prompt Post-Processing at None.",
  "note.openwebui":
    "From a container the address is http://host.docker.internal:3000/v1; the gateway then needs HOST=0.0.0.0 and ALLOWED_HOSTS=host.docker.internal, or GATEWAY_API_KEYS. With Model IDs empty it shows all free models.",
  "note.cherrystudio": "Without /v1: the app adds it.",
  "note.lobechat":
    "Calls come from its server. From a browser they need CORS_ORIGINS.",
  "note.aider": "openai/ before the name is aider's own prefix.",
  "note.llm": 'Then: llm keys set free-pool, and llm -m free-pool "Hello".',
} as const;
