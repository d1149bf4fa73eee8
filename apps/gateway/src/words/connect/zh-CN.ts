import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { connect as original } from "./en.ts";

export const connect: Translation<typeof original> = {
  title: "接入你的应用",
  lead: "各应用该在哪里填什么。其他支持 OpenAI API 的应用也只需同样四项：类型选 OpenAI，再填 Base URL、密钥和模型。",
  model:
    "{model} 代表所有适用的免费模型，表现最好的优先。OpenRouter 列表中的任何免费模型也都可以直接填写。",
  time: "请求会排队等待空闲额度：如果应用可以设置超时，请设为 15 分钟。",
  copy: "复制",
  fields: "{app} 的填写项",
  paste: "粘贴到 {app} 的内容",
  field: "字段",
  value: "值",
  anyKey: "unused",
  clientKey: "你的客户端密钥",
  "where.sillytavern": "API 连接（插头图标），API 选“聊天补全”",
  "where.openwebui": "管理员设置 → 外部连接 → OpenAI → 添加连接",
  "where.cline": "扩展的设置",
  "where.continue": "~/.continue/config.yaml",
  "where.cherrystudio": "设置 → 模型服务 → 添加",
  "where.lobechat": "服务器的环境变量，或设置中 OpenAI 一栏的相同字段",
  "where.langchain":
    "Python；JavaScript 中为 apiKey、configuration.baseURL、model",
  "where.aisdk": "Node.js，包 @openrouter/ai-sdk-provider",
  "where.aider": "命令行",
  "where.llm":
    '`dirname "$(llm logs path)"` 所示文件夹中的 extra-openai-models.yaml',
  "note.sillytavern":
    "提示词后处理（Prompt Post-Processing）保持“无”（None）。",
  "note.openwebui":
    "从容器中访问时，地址为 http://host.docker.internal:3000/v1；此时网关需要设置 HOST=0.0.0.0 以及 ALLOWED_HOSTS=host.docker.internal，或者设置 GATEWAY_API_KEYS。Model IDs 留空则显示所有免费模型。",
  "note.cherrystudio": "不带 /v1：应用会自动加上。",
  "note.lobechat":
    "调用由其服务器发出。若从浏览器直接调用，需要设置 CORS_ORIGINS。",
  "note.aider": "名称前的 openai/ 是 aider 自己的前缀。",
  "note.llm":
    '然后运行 llm keys set free-pool，再运行 llm -m free-pool "你好"。',
};
