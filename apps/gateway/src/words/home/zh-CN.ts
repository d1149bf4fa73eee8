import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { home as original, homeLive as originalLive } from "./en.ts";

export const home: Translation<typeof original> = {
  title: "OpenRouter Free Pool",
  lead: "用一个地址调用 OpenRouter 的全部免费模型。没有空闲额度时，请求会排队等待，而不会被拒绝。",
  address: "Base URL（接口地址）",
  addressHint:
    "适用于所有支持 OpenAI API 的应用。API key 填{key}，模型填 {model}，或从下面的列表中任选一个。",
  anyKey: "任意文字",
  clientKey: "本网关的客户端密钥",
  copy: "复制",
  connectLink: "接入你的应用：十款应用的填写方法",
  tryTitle: "试用模型",
  key: "客户端密钥",
  keyHint: "只保存在本页中，离开后即被清除。",
  model: "模型",
  prompt: "提示词",
  promptStart: "用三种语言打个招呼。",
  send: "发送",
  stop: "停止",
  answer: "回答",
  moreTitle: "更多",
  noScript: "试用模型和查看密钥池状态需要启用 JavaScript。",
  "link.connect": "SillyTavern、Open WebUI、Cline 等应用的填写方法",
  "link.docs": "全部接口，可浏览，也可直接试用",
  "link.admin": "密钥的用量与限额",
  "link.admin/models": "哪些模型有回应，速度如何",
  "link.admin/batches": "成批的提示词文件，以及预计何时完成",
  "link.admin/clients": "谁可以调用，以及各自的用量",
  "link.admin/requests": "所有正在排队的请求，以及其他请求的结果",
};

export const homeLive: Translation<typeof originalLive> = {
  copied: "已复制",
  needsKey: "输入客户端密钥后即可查看密钥池状态。",
  noAnswer: "网关没有响应，本页会自动重试。",
  noWorker: "没有正在运行的 worker，请求会一直等待。",
  noKey: "还没有可用的 OpenRouter 密钥。",
  noneWorks: "没有可用的 OpenRouter 密钥：在有可用密钥之前，请求会被拒绝。",
  paused:
    "队列已暂停：{waiting} 个请求在等待，管理员恢复队列之前不会发出请求。",
  usedUp:
    "今天的调用次数已用完：{waiting} 个请求在等待，UTC 00:00（北京时间 8:00）恢复额度。",
  busy: "本分钟的额度已用完：{waiting} 个请求在等待，今天还剩 {left} / {perDay} 次。",
  ready:
    "就绪：现在可立即调用 {slots} 次，今天还剩 {left} / {perDay} 次，{waiting} 个请求在等待。",
  sending: "已发送……",
  queued: "排在第 {position} 位……",
  thinking: "模型正在思考……",
  done: "{model}，用时 {seconds} 秒，其中排队 {waited} 秒",
  empty: "回答为空。",
  stopped: "已停止。",
  failed: "{status}：{message}",
  broken: "连接中断：{message}",
};
