import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import { type RangeName, readRange } from "../../../history/ranges.ts";
import { keyStates } from "./key-states.ts";

/** The groups of keys that can be shown, in order. */
export const keyGroups = ["all", "available", "limited", "out"] as const;

type KeyGroup = (typeof keyGroups)[number];

const longestFind = 100;

/** Which keys are shown. */
export type KeySelection = {
  readonly group: KeyGroup;
  /** A part of a mask, or of an account's name. */
  readonly find: string;
  readonly page: number;
  /** The range of the page's charts, which stays the same. */
  readonly range: RangeName;
};

/** Reads the selection from the page's address. */
export function readKeySelection(query: {
  keys?: unknown;
  find?: unknown;
  page?: unknown;
  range?: unknown;
}): KeySelection {
  const page = Number(query.page ?? 1);
  const find = typeof query.find === "string" ? query.find : "";
  return {
    group: keyGroups.find((name) => name === query.keys) ?? "all",
    find: find.trim().slice(0, longestFind),
    page: Number.isInteger(page) && page > 0 ? page : 1,
    range: readRange(query.range),
  };
}

/** The address of a selection. */
export function linkToKeys(selection: KeySelection): string {
  const { group, find, page, range } = selection;
  const query = new URLSearchParams({
    keys: group,
    ...(find === "" ? {} : { find }),
    ...(page > 1 ? { page: String(page) } : {}),
    ...(range === "hour" ? {} : { range }),
  });
  return `/admin?${query}#keys`;
}

/** The keys that match a selection. */
export function selectKeys(
  keys: readonly KeyStatus[],
  { group, find }: Pick<KeySelection, "group" | "find">,
): KeyStatus[] {
  const wanted = find.toLowerCase();
  return keys.filter(
    ({ key, account, state }) =>
      (group === "all" || keyStates[state].group === group) &&
      `${key}\n${account}`.toLowerCase().includes(wanted),
  );
}
