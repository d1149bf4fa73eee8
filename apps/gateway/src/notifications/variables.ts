import { splitList } from "@openrouter-free-pool/shared/config/list";
import { z } from "zod";
import { type NotifyForm, notifyForms } from "./forms.ts";

const mostTargets = 10;

/** Where notifications go. */
export type NotifyTarget = {
  /** Contains a secret: it is never logged or shown. */
  readonly url: string;
  readonly form: NotifyForm;
};

/** What a gateway reads from the environment about notifications. */
export const notificationVariables = {
  /**
   * Addresses that are notified of what needs an operator's action: `https://…` or
   * `form=https://…`, comma-separated.
   */
  NOTIFY_URL: z
    .string()
    .default("")
    .transform((text, context): readonly NotifyTarget[] => {
      try {
        const entries = splitList(text).filter((entry) => entry !== "");
        if (entries.length > mostTargets) {
          throw new Error(`at most ${mostTargets} addresses`);
        }
        return entries.map(parseTarget);
      } catch (error) {
        context.addIssue((error as Error).message);
        return z.NEVER;
      }
    })
    .meta({ secret: true }),
} as const;

/** @throws {Error} that names the entry by its position, never by its text. */
function parseTarget(entry: string, index: number): NotifyTarget {
  const [, named, text = ""] = /^(?:(\w+)=)?(.*)$/s.exec(entry) ?? [];
  const url = URL.parse(text);
  const form =
    named === undefined
      ? url && findForm(url)
      : notifyForms.find((known) => known === named);
  if (!form || !url || !["http:", "https:"].includes(url.protocol)) {
    throw new Error(
      `entry ${index + 1}: an http or https address, or ${notifyForms.join("=…, ")}=…`,
    );
  }
  return { url: url.href, form };
}

/** The format of a service's webhooks, by its host. */
function findForm({ hostname }: URL): NotifyForm {
  if (hostname === "hooks.slack.com") return "slack";
  if (["discord.com", "discordapp.com"].includes(hostname)) return "discord";
  return ["open.feishu.cn", "open.larksuite.com"].includes(hostname)
    ? "feishu"
    : "json";
}
