import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import { formatAgo } from "../../../text/format.ts";
import { say } from "../../../words/say.ts";
import type { Overview } from "../read/read-overview.ts";

/** An account may refuse many models; the first ones show which setting it is. */
const mostRefusalsShown = 3;

/** Why a key is in its state, and since when; nothing that holds for all keys. */
export function describeKey(key: KeyStatus, overview: Overview): string {
  const { view } = overview;
  const { retired } = view.pool.keys.find(({ id }) => id === key.id) ?? {};
  const since = retired ? formatAgo(view.pool.now - retired.at) : "";
  const isParked = view.pool.accounts.get(key.account)?.parked !== undefined;
  const parked = isParked ? say("keys.parked") : "";
  const { elsewhere } = key.day;
  const others =
    elsewhere > 0 ? say("keys.elsewhere", { count: elsewhere }) : "";
  const refuses = describeRefusals(key.account, overview);
  const asked = describeProbe(key, overview);
  return [since, parked, refuses, others, asked].filter(Boolean).join(" · ");
}

/** Only for a key that its probe did not find usable: one line covers all others. */
function describeProbe(key: KeyStatus, { view, probes }: Overview): string {
  const probe = probes.get(key.id);
  if (!probe || probe.status === 200) return "";
  const answer = probe.status ?? probe.failure ?? say("keys.noAnswer");
  const ago = formatAgo(view.pool.now - probe.at);
  return say("keys.asked", { ago, answer });
}

/** When the keys were probed last; undefined when they were not. */
export function describeLastProbe({
  view,
  status,
  probes,
}: Overview): string | undefined {
  const times = status.keys.flatMap(({ id }) => probes.get(id)?.at ?? []);
  if (times.length === 0) return undefined;
  const newest = times.reduce((latest, at) => Math.max(latest, at));
  return say("keys.allAsked", { ago: formatAgo(view.pool.now - newest) });
}

/** The models that the account's own settings at OpenRouter exclude. */
function describeRefusals(account: string, { refusals }: Overview): string {
  const own = refusals.filter((refusal) => refusal.account === account);
  const shown = own
    .slice(0, mostRefusalsShown)
    .map(({ model, setting }) => say("keys.refuses", { model, setting }));
  const more = own.length - shown.length;
  const rest = more > 0 ? [say("keys.more", { count: more })] : [];
  return [...shown, ...rest].join(say("common.comma"));
}
