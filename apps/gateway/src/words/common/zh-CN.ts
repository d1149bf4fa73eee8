import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { common as original } from "./en.ts";

export const common: Translation<typeof original> = {
  product: "Free Pool",
  skip: "跳到正文",
  navigation: "页面",
  home: "首页",
  connect: "接入",
  api: "API",
  admin: "管理",
  keys: "密钥",
  requests: "请求",
  models: "模型",
  batches: "批处理",
  clients: "客户端",
  webhooks: "Webhook",
  logOut: "退出",
  cancel: "取消",
  actions: "操作",
  asOf: "截至",
  overWhichTime: "时间范围",
  stateOfPool: "密钥池状态",
  noRedis: "无法连接 Redis",
  noRedisDetail: "恢复之前，所有请求都会以 503 被拒绝。本页会自动重试。",
  useOf: "{used, number} / {limit, number}",
  comma: "，",
  sentence: "{text}。",
};
