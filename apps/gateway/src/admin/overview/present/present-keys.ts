import { say } from "../../../words/say.ts";
import type { Overview } from "../read/read-overview.ts";
import { describeLastProbe } from "./describe-key.ts";
import { type AccountGroup, groupByAccount } from "./group-keys.ts";
import {
  type KeySelection,
  keyGroups,
  linkToKeys,
  selectKeys,
} from "./key-selection.ts";
import { presentKey } from "./present-key.ts";
import { presentUse } from "./present-use.ts";

const keysPerPage = 100;

/** The table of keys, account by account, and links to other selections. */
export function presentKeys(overview: Overview, selection: KeySelection) {
  const { keys } = overview.status;
  const groups = groupByAccount(selectKeys(keys, selection));
  const pages = cutIntoPages(groups);
  const page = Math.min(selection.page, Math.max(1, pages.length));
  const at = (page: number) => linkToKeys({ ...selection, page });
  return {
    accounts: (pages[page - 1] ?? []).map((group) =>
      presentAccount(group, overview),
    ),
    total: keys.length,
    find: selection.find,
    group: selection.group,
    range: selection.range,
    asked: describeLastProbe(overview),
    dayEndsInMs: overview.view.pool.dayEndsAt - overview.view.pool.now,
    groups: keyGroups.map((name) => ({
      label: say(`keys.group.${name}`),
      count: selectKeys(keys, { ...selection, group: name }).length,
      href: linkToKeys({ ...selection, group: name, page: 1 }),
      isCurrent: name === selection.group,
    })),
    paging: {
      page,
      pages: pages.length,
      previous: page > 1 ? at(page - 1) : undefined,
      next: page < pages.length ? at(page + 1) : undefined,
    },
  };
}

/** Keys of one account stay together. */
function cutIntoPages(groups: readonly AccountGroup[]): AccountGroup[][] {
  const pages: AccountGroup[][] = [];
  let room = 0;
  for (const group of groups) {
    if (group.keys.length > room) {
      pages.push([]);
      room = keysPerPage;
    }
    pages.at(-1)?.push(group);
    room -= group.keys.length;
  }
  return pages;
}

function presentAccount({ account, keys }: AccountGroup, overview: Overview) {
  const [first] = keys;
  const { id, key: mask } =
    overview.status.keys.find(({ id }) => id === account) ?? first;
  return {
    // An account without a name is called by its first key.
    name: account === id ? undefined : account,
    title: account === id ? say("keys.accountOf", { key: mask }) : account,
    minute: presentUse(first.minute),
    day: presentUse(first.day),
    keys: keys.map((key) => presentKey(key, overview)),
  };
}
