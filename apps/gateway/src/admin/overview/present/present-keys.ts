import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import type { ActionLink } from "../../actions/action-names.ts";
import type { Overview } from "../read/read-overview.ts";
import { formatAgo } from "./format.ts";
import type { Tone } from "./headline.ts";

const keysPerPage = 100;
/** An account may refuse many models; the first of them show which setting it is. */
const mostRefusalsShown = 3;

const states = {
  available: { label: "Available", tone: "good", group: "available" },
  "minute-limited": { label: "Minute full", tone: "quiet", group: "limited" },
  "day-limited": { label: "Day used up", tone: "notice", group: "limited" },
  parked: { label: "Parked", tone: "notice", group: "limited" },
  invalid: { label: "Invalid", tone: "bad", group: "out" },
  "key-limit": { label: "Own limit reached", tone: "bad", group: "out" },
  "no-credit": { label: "No credit", tone: "bad", group: "out" },
  "taken-out": { label: "Taken out", tone: "quiet", group: "out" },
  unknown: { label: "Out of use", tone: "bad", group: "out" },
} as const satisfies Record<
  KeyStatus["state"],
  { label: string; tone: Tone; group: KeyGroup }
>;

const groupLabels = {
  all: "All",
  available: "Available",
  limited: "At a limit",
  out: "Out of use",
} as const;

type KeyGroup = keyof typeof groupLabels;

/** Which keys are shown. */
export type KeySelection = { readonly group: KeyGroup; readonly page: number };

/** Reads the selection from the page's address. */
export function readKeySelection(query: {
  keys?: unknown;
  page?: unknown;
}): KeySelection {
  const group = String(query.keys ?? "all");
  const page = Number(query.page ?? 1);
  return {
    group: group in groupLabels ? (group as KeyGroup) : "all",
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** The rows of the table of keys, and the ways to see others. */
export function presentKeys(overview: Overview, selection: KeySelection) {
  const { keys } = overview.status;
  const inGroup = (group: KeyGroup) =>
    keys.filter((key) => group === "all" || states[key.state].group === group);
  const selected = inGroup(selection.group);
  const pages = Math.max(1, Math.ceil(selected.length / keysPerPage));
  const page = Math.min(selection.page, pages);
  const first = (page - 1) * keysPerPage;
  return {
    rows: selected
      .slice(first, first + keysPerPage)
      .map((key) => presentKey(key, overview)),
    groups: (Object.keys(groupLabels) as KeyGroup[]).map((group) => ({
      label: groupLabels[group],
      count: inGroup(group).length,
      href: `/admin?keys=${group}#keys`,
      isCurrent: group === selection.group,
    })),
    paging: {
      page,
      pages,
      previous: page > 1 ? linkTo(selection.group, page - 1) : undefined,
      next: page < pages ? linkTo(selection.group, page + 1) : undefined,
    },
  };
}

function linkTo(group: KeyGroup, page: number): string {
  return `/admin?keys=${group}&page=${page}#keys`;
}

function presentKey(key: KeyStatus, overview: Overview) {
  const { label, tone } = states[key.state];
  return {
    id: key.id,
    mask: key.key,
    account: nameAccount(key, overview),
    state: { label, tone, note: noteOn(key, overview) },
    minute: presentUse(key.minute),
    day: presentUse(key.day),
    actions: actionsFor(key, overview),
  };
}

/** An account that nobody named is called by its first key. */
function nameAccount(key: KeyStatus, { status }: Overview): string | undefined {
  if (key.account === key.id) return undefined;
  const first = status.keys.find(({ id }) => id === key.account);
  return first ? `account of ${first.key}` : key.account;
}

function presentUse(use: KeyStatus["minute"]) {
  const limit = Math.max(use.limit, use.used);
  const isSpent = use.remaining === 0;
  return {
    used: use.used,
    limit,
    tone: isSpent ? "spent" : use.remaining / limit <= 0.2 ? "low" : "free",
    resetInMs: use.resetIn === null ? undefined : use.resetIn * 1_000,
  };
}

/** Why it is as it is, and since when. */
function noteOn(key: KeyStatus, overview: Overview): string {
  const { view, probes } = overview;
  const { now } = view.pool;
  const { retired } = view.pool.keys.find(({ id }) => id === key.id) ?? {};
  const probe = probes.get(key.id);
  const since = retired ? formatAgo(now - retired.at) : "";
  const isParked = view.pool.accounts.get(key.account)?.parked !== undefined;
  const parked = isParked ? "parked by OpenRouter" : "";
  const asked = probe
    ? `asked OpenRouter ${formatAgo(now - probe.at)}: ${probe.status ?? "no answer"}`
    : "";
  const { elsewhere } = key.day;
  const others = elsewhere > 0 ? `${elsewhere} of today used elsewhere` : "";
  const refuses = describeRefusals(key.account, overview);
  return [since, parked, refuses, others, asked].filter(Boolean).join(" · ");
}

/** The models that the account's own settings at OpenRouter exclude. */
function describeRefusals(account: string, { refusals }: Overview): string {
  const own = refusals.filter((refusal) => refusal.account === account);
  const shown = own
    .slice(0, mostRefusalsShown)
    .map(
      ({ model, setting }) => `refuses ${model} (account setting: ${setting})`,
    );
  const more = own.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}

function actionsFor(key: KeyStatus, { view }: Overview): ActionLink[] {
  if (key.state === "taken-out") {
    return [{ action: "put-back", target: key.id, label: "Put back" }];
  }
  const isParked = view.pool.accounts.get(key.account)?.parked !== undefined;
  return [
    ...(isParked
      ? [
          {
            action: "unpark",
            target: key.account,
            label: "End parking",
          } as const,
        ]
      : []),
    { action: "probe", target: key.id, label: "Probe" },
    { action: "take-out", target: key.id, label: "Take out" },
  ];
}
