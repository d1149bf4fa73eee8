import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { help as original } from "./en.ts";

export const help: Translation<typeof original> = {
  about: "用 OpenRouter 免费模型池批量运行提示词文件。",
  url: "网关地址",
  more: "（更多说明见 orpool --help）",
  examples: `
示例：
  orpool run prompts.jsonl -o results.jsonl         每行一个 '{'"prompt": "…"'}'
  orpool run words.csv -t "译成法语：'{'word'}'" -o words-fr.csv
  orpool run prompts.jsonl -o results.jsonl --continue   只处理还没有回答的条目
  orpool run prompts.jsonl --detach                 显示批处理的 id 后立即结束
  orpool resume batch_… -o results.jsonl            回到仍在进行的批处理
  orpool completion bash >> ~/.bashrc               也支持 zsh 和 fish

环境变量：ORPOOL_URL，ORPOOL_API_KEY（网关的密钥），ORPOOL_MODEL，ORPOOL_LANGUAGE（en、zh）；管理员另有
          ORPOOL_ADMIN_PASSWORD，ORPOOL_ADMIN_USERNAME（admin）
退出码：  0 全部答复，1 出错，2 用法错误，3 部分条目失败，4 批处理失败、过期或被取消，130 被中断`,
  "title.Usage:": "用法：",
  "title.Arguments:": "参数：",
  "title.Options:": "选项：",
  "title.Commands:": "命令：",
  default: "（默认：{value}）",
  choices: "（可选：{values}）",
  help: "显示帮助",
  version: "显示版本号",
  cancel: "提前结束批处理，已有的结果会保留",
  batchId: "批处理的 id",
  aBatchId: "某个批处理的 id",
  completion: "输出 shell 的命令补全脚本",
  notify:
    "结束时向该地址 POST '{'text, batch, status, total, completed, failed'}'",
  quiet: "不显示进度",
  output: "结果写到哪里；.csv、.tsv 和 .parquet 为表格（默认：标准输出）",
  force: "覆盖输出文件",
  simple: "写成 '{'id, content'}'，而不是 OpenAI 的格式",
  results: "取得批处理目前已有的结果",
  resume: "继续等待一个批处理，结束后取得结果",
  continueResume: "保留输出文件中已有的回答，并追加新的",
  retry: "把已结束的批处理中失败的条目作为新的批处理重新发送",
  detachRetry: "不等待：显示新批处理的 id 后立即结束",
  run: "把输入的每一行发给模型池",
  input: "文件，或用 - 表示标准输入",
  continueRun: "跳过输出文件中已有回答的条目，并追加新的",
  format: "输入的格式",
  encoding: "输入的编码，例如 latin1 或 gbk（默认：UTF-8）",
  template: "用记录的字段组成提示词：'{'field'}'",
  model: "提示词使用的模型",
  system: "提示词的系统消息",
  field: "每个请求体中的其他字段，例如 temperature=0",
  window: "批处理的期限：24h、7d……（最长 21d）；auto 按额度自动设定",
  detach: "不等待：显示批处理的 id 后立即结束",
  again: "即使同一输入的批处理仍在进行，也再次发送",
  status: "显示最新的批处理，或其中一个",
  number: "显示多少个批处理",
  jsonLines: "JSON 行，在终端上也如此",
  json: "JSON，在终端上也如此",
  keys: "显示密钥池和剩余额度",
  models: "显示免费模型及其表现，最好的在前",
  usage: "显示用量：你自己的；设置 ORPOOL_ADMIN_PASSWORD 后为所有人的",
  from: "起始日期（UTC）；默认显示 30 天",
  to: "结束日期（UTC）；默认为今天",
  by: "client、model、day 中的任意几个，用逗号分隔",
  onlyClient: "只显示此客户端",
  clients: "管理谁可以调用（需要 ORPOOL_ADMIN_PASSWORD）",
  "clients.list": "显示全部客户端",
  "clients.create": "新建客户端；其密钥只显示这一次",
  "clients.update": "修改客户端；未提到的设置保持不变",
  "clients.rotate": "为客户端更换密钥；旧密钥立即失效",
  "clients.delete": "删除客户端，并取消其未完成的批处理",
  "clients.client": "名称或 id",
  "clients.name": "新名称",
  "clients.weight": "与其他客户端相比所占的份额，1 到 100",
  "clients.perDay": "每个 UTC 日的调用次数，或 {none}",
  "clients.perMinute": "每分钟的调用次数，或 {none}",
  "clients.maxQueued": "未完成请求的最大数量，或 {none}",
  "clients.maxInFlight": "同时调用的最大数量，或 {none}",
  "clients.maxPriority": "high、normal、low，或 {none}",
  "clients.models": "可用的模型，用逗号分隔，或 {none}",
  "clients.expires": "例如 2027-01-31T00:00:00Z，或 {none}",
  "clients.webhook": "事件发往的地址，或 {none}",
  "clients.disable": "停用其密钥",
  "clients.enable": "重新启用其密钥",
};
