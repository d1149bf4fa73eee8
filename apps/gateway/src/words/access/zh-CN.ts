import type { Translation } from "@openrouter-free-pool/shared/language/message";
import type { access as original } from "./en.ts";

export const access: Translation<typeof original> = {
  logIn: "登录",
  userName: "用户名",
  password: "密码",
  locked: "来自你的地址的错误密码过多，请在 {minutes} 分钟后重试。",
  wrong: "用户名或密码不正确。",
  signIn: "请先登录",
  signInDetail:
    "没有设置 ADMIN_PASSWORD，因此只能通过登录链接打开这些页面。网关启动时会在日志中显示一个链接；链接用过或超过一小时后，会显示新的链接。",
  linkUsed: "此链接已失效",
  linkUsedDetail:
    "登录链接只能使用一次，有效期一小时。网关日志中会显示新的链接。",
  otherSite: "来源不符",
  otherSiteDetail: "此请求来自其他网站，没有执行任何操作。",
  notFound: "未找到",
  notFoundDetail: "没有这个页面。",
  backToKeys: "返回密钥页",
  staleForm: "页面已过期",
  staleConfirmation: "没有执行任何操作。请重新打开页面并再次确认。",
  staleFormDetail: "没有执行任何操作。请重新打开页面并再次提交。",
  staleKey: "没有执行任何操作。请重新打开页面。",
  refused: "无法执行",
};
