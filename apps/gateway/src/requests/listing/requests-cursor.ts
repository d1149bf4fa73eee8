import type { OpenState } from "@openrouter-free-pool/shared/queue/open-jobs/list-open-jobs";

/** The states of requests that have not ended, in the order in which they are listed. */
export const openStates = [
  "calling",
  "delayed",
  "waiting",
] as const satisfies readonly OpenState[];

/** A place among the open requests: how many of a state are before it. */
export type OpenPlace = {
  readonly state: (typeof openStates)[number];
  readonly offset: number;
};

/** Where a page of requests begins: open and ended ones go on each by itself. */
export type RequestsCursor = {
  /** undefined: no open requests are left. */
  readonly open: OpenPlace | undefined;
  /** Only those before this entry of the list; undefined: no ended requests are left. */
  readonly ended: string | "newest" | undefined;
};

const states = openStates.join("|");

/** The text of a cursor: a place such as `waiting-100`, an entry such as `1789000000000-0`, or both with `_` between. */
export const cursorPattern = new RegExp(
  `^(?=.)(?:(?<state>${states})-(?<offset>\\d{1,15}))?(?:(?:^|_)(?<ended>\\d{1,15}(?:-\\d{1,15})?))?$`,
);

/** @param text matches {@link cursorPattern}. */
export function decodeCursor(text: string): RequestsCursor {
  const { state, offset, ended } = cursorPattern.exec(text)?.groups ?? {};
  const known = openStates.find((each) => each === state);
  return {
    open: known && { state: known, offset: Number(offset) },
    ended,
  };
}

/** @returns null where nothing is left. */
export function encodeCursor({ open, ended }: RequestsCursor): string | null {
  const parts = [open && `${open.state}-${open.offset}`, ended];
  return parts.filter((part) => part !== undefined).join("_") || null;
}
