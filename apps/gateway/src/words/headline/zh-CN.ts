import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { headline as original } from "./en.ts";

export const headline: Translation<typeof original> = {
  noWorker: "没有正在运行的 worker",
  noWorkerDetail:
    "请求都在队列中等待，没有任何请求发往 OpenRouter。请启动一个 worker，或查看已退出的 worker 的日志。",
  paused: "队列已暂停",
  pausedDetail: "{left}，直到有人恢复队列；已发出的调用会继续。",
  noKeyDetail: "新请求会以 503 被拒绝。{advice}",
  "advice.none":
    "worker 从 OPENROUTER_API_KEYS 或 OPENROUTER_API_KEYS_FILE 读取密钥。",
  "advice.takenOut": "请重新启用一个密钥，或添加一个可用的密钥。",
  "advice.broken": "请添加一个可用的密钥，可在 openrouter.ai/keys 获取。",
  unreachable: "无法连接 OpenRouter",
  unreachableDetail:
    "{reason}。调用会重试，仍失败则以 502 答复。请检查 worker 的网络，以及 HTTPS_PROXY 和 OPENROUTER_BASE_URL。",
  day: "今天的调用次数已用完",
  dayDetail:
    "等待中的请求将在 UTC {clock}（{time}后）继续。添加另一个账户的密钥可立即增加额度。",
  workersFull: "{workers, plural, other {worker 已满负荷}}",
  workersFullDetail:
    "{left}，但还有 {slots, number} 个空闲额度。请再启动一个 worker，或调高 WORKER_CONCURRENCY。",
  modelCools: "{model} 正在冷却",
  modelsCool: "{count, number} 个模型正在冷却",
  modelsCoolDetail:
    "{left}{count, plural, other {}}；{time}后将再次调用其中的第一个。使用模型链或 pool/auto 的请求不会只等某一个模型。",
  quota: "每日额度是瓶颈",
  quotaDetail:
    "{left}；今天还剩 {calls, number} 次调用，每天共 {perDay, number} 次；{end}。添加更多账户的密钥可以更快完成。",
  lostKeys: "{keys, number} 个密钥中有 {lost, number} 个不可用",
  lostKeysDetail: "其余密钥继续工作。{pace}",
  nothingWaits: "没有请求在等待",
  straightOut: "请求会立即发出。",
  nextWaits: "所有账户目前都已达到限额，下一个请求需要等待空闲额度。",
  working: "正在处理队列",
  workingDetail: "{left}；{end}。",
  workingDetailMinute:
    "{left}；{end}。速度取决于账户限额：每 {window} {calls, number} 次调用。",
  "left.none": "新请求会等待",
  "left.requests": "{requests, number} 个请求在等待",
  "left.lines": "{batches, number} 个批处理中的 {lines, number} 条在等待",
  "left.both":
    "{requests, number} 个请求和 {batches, number} 个批处理中的 {lines, number} 条在等待",
  "end.unknown": "无法预计最后一个请求何时发出",
  "end.date": "最后一个请求约在 {date}（UTC）发出",
  "end.soon": "最后一个请求约在 {time}后发出",
};
