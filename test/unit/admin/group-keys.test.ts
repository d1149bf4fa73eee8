import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import { expect, test } from "vitest";
import { groupByAccount } from "../../../apps/gateway/src/admin/overview/present/group-keys.ts";
import {
  linkToKeys,
  readKeySelection,
  selectKeys,
} from "../../../apps/gateway/src/admin/overview/present/key-selection.ts";

const use = { limit: 20, used: 0, remaining: 20, resetIn: null };
function key(
  id: string,
  account: string,
  state: KeyStatus["state"] = "available",
): KeyStatus {
  const available = state === "available";
  const day = { ...use, elsewhere: 0 };
  return { id, key: `sk…${id}`, account, state, available, minute: use, day };
}
const keys = [
  key("a1", "alice"),
  key("b1", "bob", "minute-limited"),
  key("c1", "carol"),
  key("t1", "tom", "taken-out"),
  key("c2", "carol", "invalid"),
];
const idsOf = (keys: readonly KeyStatus[]) => keys.map(({ id }) => id);

test("accounts and keys that want attention come first, and an account's keys stay together", () => {
  expect(groupByAccount(keys).map(({ keys }) => idsOf(keys))).toEqual([
    ["c2", "c1"],
    ["t1"],
    ["b1"],
    ["a1"],
  ]);
});

test("keys are found by a part of their mask or account, within a group", () => {
  const find = (query: object) =>
    idsOf(selectKeys(keys, readKeySelection(query)));
  expect(find({ find: "CAR" })).toEqual(["c1", "c2"]);
  expect(find({ find: " b1 " })).toEqual(["b1"]);
  expect(find({ find: "car", keys: "out" })).toEqual(["c2"]);
  expect(find({ find: ["a"], keys: "nonsense" })).toHaveLength(keys.length);
  expect(readKeySelection({ find: "x".repeat(200) }).find).toHaveLength(100);
});

test("a link keeps what was searched", () => {
  const selection = readKeySelection({ find: "a&b", keys: "out", page: "2" });
  expect(linkToKeys(selection)).toBe("/admin?keys=out&find=a%26b&page=2#keys");
});
