import { createSay } from "./create-say.ts";
import type { Translation } from "./message.ts";

const obstacle = {
  noWorker: "no worker runs",
  noKey: "no worker has a key",
  noneWorks: "no key works ({count} of {count}: {reasons})",
  paused: "an operator has paused the queue",
  takenOut: "disabled",
  comma: ", ",
} as const;

const obstacleZh: Translation<typeof obstacle> = {
  noWorker: "没有正在运行的 worker",
  noKey: "worker 没有密钥",
  noneWorks: "没有可用的密钥（{count} / {count}：{reasons}）",
  paused: "操作员已暂停队列",
  takenOut: "已停用",
  comma: "、",
};

/** Texts that pages and terminal share. */
export const sharedCatalogues = {
  en: { obstacle },
  "zh-CN": { obstacle: obstacleZh },
};

/** Returns a text that pages and terminal share. */
export const sayShared =
  createSay<(typeof sharedCatalogues)["en"]>(sharedCatalogues);
