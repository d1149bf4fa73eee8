import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { actions as original } from "./en.ts";

export const actions: Translation<typeof original> = {
  "pause.question": "暂停队列？",
  "pause.consequence":
    "worker 不再取新请求，已发出的调用会继续。新请求会等待，超时的请求将以 504 答复。",
  "pause.button": "暂停队列",
  "pause.done": "队列已暂停。",
  "resume.question": "恢复队列？",
  "resume.consequence": "worker 会从停下的地方继续。",
  "resume.button": "恢复队列",
  "resume.done": "队列已恢复。",
  "take-out.question": "停用 {target}？",
  "take-out.consequence":
    "在有人重新启用之前，不再用它发起调用；已发出的调用会继续。如果它是最后一个可用的密钥，新请求将被拒绝。",
  "take-out.button": "停用",
  "take-out.done": "{target} 已停用。",
  "put-back.question": "重新启用 {target}？",
  "put-back.consequence": "一有空闲额度，就会再次用它发起调用。",
  "put-back.button": "重新启用",
  "put-back.done": "{target} 已重新启用。",
  "probe.question": "立即检查 {target}？",
  "probe.consequence":
    "由一个 worker 查询密钥状态，不消耗额度。正常的密钥会重新启用，被拒绝的密钥会停用。",
  "probe.button": "立即检查",
  "probe.done": "worker 正在查询 {target}，结果会显示在它所在的行。",
  "unpark.question": "解除 {target} 的限流？",
  "unpark.consequence":
    "OpenRouter 曾表示该账户已达限额。如果仍然如此，下一次调用会被拒绝，账户会再次进入限流状态。",
  "unpark.button": "解除限流",
  "unpark.done": "{target} 会再次被调用。",
  "end-cooldown.question": "结束 {target} 的冷却？",
  "end-cooldown.consequence":
    "因它而延后的请求会立即发出。如果该模型仍然过载，会再次进入冷却。",
  "end-cooldown.button": "结束冷却",
  "end-cooldown.done": "{target} 会再次被调用。",
  "cancel-batch.question": "取消 {target}？",
  "cancel-batch.consequence":
    "仍在等待的条目不再调用，已发出的调用可能会完成。已有的结果会保留，其余条目以后可用“重试失败条目”再次调用。",
  "cancel-batch.button": "取消批处理",
  "cancel-batch.done": "{target} 正在取消。",
  "retry-batch.question": "再次调用 {target} 的失败条目？",
  "retry-batch.consequence":
    "会为同一个客户端新建一个批处理，包含所有没有成功答复的条目。这会消耗额度；原批处理保持不变。",
  "retry-batch.button": "再次调用",
  "retry-batch.done": "{target} 的失败条目已放入新的批处理。",
  "forget-gone.question": "清除 {target} 的下线标记？",
  "forget-gone.consequence":
    "下一个请求会先调用一次，以确认 OpenRouter 是否重新提供该模型；其他请求会等待结果。",
  "forget-gone.button": "清除",
  "forget-gone.done": "{target} 可以再次被调用。",
  "send-event.question": "重新发送 {target}？",
  "send-event.consequence":
    "它会立即以相同的 webhook-id 发出，因此已收到过的接收方能够识别；如果没有应答，会再尝试 3 天。",
  "send-event.button": "发送",
  "send-event.done": "{target} 已在发送。",
  "send-again.question": "重新发送 {target}？",
  "send-again.consequence":
    "这会消耗额度。后台请求会为同一个客户端以新的 id 重新提问，新 id 会显示在列表中。其他请求已没有客户端在等待：其回答留在 bull-board 的任务中。",
  "send-again.button": "重新发送",
  "send-again.done": "{target} 已重新发送。",
  unknownTarget: "没有这个对象",
  unknownTargetDetail: "该密钥或账户已不在密钥池中。",
  nothingToDo: "无需操作",
  nothingToDoDetail: "没有 worker 使用此密钥，或要结束的状态已自行结束。",
};
