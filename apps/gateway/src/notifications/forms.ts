import type { Condition } from "./find-conditions.ts";

/** The formats of chat webhooks; `json` is for programs. Mattermost and Rocket.Chat take Slack's. */
export const notifyForms = ["slack", "discord", "feishu", "json"] as const;

/** See {@link notifyForms}. */
export type NotifyForm = (typeof notifyForms)[number];

/** A message names at most so many conditions. */
const mostNamed = 10;
/** Discord takes 2,000 characters. */
const longestText = 1_900;

/** The body of a webhook's request, as JSON. */
export function toBody(
  form: NotifyForm,
  conditions: readonly Condition[],
): string {
  const text = describe(conditions);
  switch (form) {
    case "slack":
      return JSON.stringify({ text: escapeForSlack(text) });
    case "discord":
      // The name of a model must not mention somebody.
      return JSON.stringify({ content: text, allowed_mentions: { parse: [] } });
    case "feishu":
      return JSON.stringify({ msg_type: "text", content: { text } });
    case "json":
      return JSON.stringify({
        source: "openrouter-free-pool",
        text,
        events: conditions.slice(0, mostNamed),
      });
  }
}

function describe(conditions: readonly Condition[]): string {
  const lines = conditions.slice(0, mostNamed).map(({ text }) => text);
  const more = conditions.length - lines.length;
  return [
    "openrouter-free-pool:",
    ...lines,
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
    .join("\n")
    .slice(0, longestText);
}

function escapeForSlack(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
