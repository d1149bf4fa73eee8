import { expect, test } from "vitest";
import { readView } from "../../../../libs/shared/src/redis/cluster/ask-node.ts";

const asked = { host: "10.0.0.9", port: 7000 };
const [first, second] = ["a".repeat(40), "b".repeat(40)];
const list = (own: string) =>
  [
    `${first} 10.0.0.1:7000@17000,node-1 myself,master - 0 1795000000000 1 connected ${own}`,
    `${second} 10.0.0.2:7001@17001 master - 0 1795000000000 2 connected 5461-16383`,
    "",
  ].join("\n");
type Ranges = Parameters<typeof readView>[1]["ranges"];
const ranges: Ranges = [
  [0, 5460, ["10.0.0.1", 7000, first]],
  [5461, 16383, ["10.0.0.2", 7001, second], ["10.0.0.3", 7002, "c"]],
];
const view = (
  slot: number,
  more: { own?: string; info?: string; ranges?: Ranges } = {},
) =>
  readView(asked, {
    info: "cluster_enabled:1\r\ncluster_state:ok\r\n",
    ranges,
    slot,
    list: list(more.own ?? "0-5460"),
    ...more,
  });

test("a node knows whether it owns the slot itself", () => {
  expect(view(5460)).toMatchObject({
    isServing: true,
    isOwner: true,
    isMigrating: false,
    owner: { host: "10.0.0.1", port: 7000, id: first },
  });
  expect(view(5461)).toMatchObject({ isOwner: false, owner: { port: 7001 } });
  expect(view(5461).nodes.map(({ port }) => port)).toEqual([7000, 7001, 7002]);
});

test("a slot without an owner, and a cluster that is down", () => {
  expect(view(7, { ranges: [] })).toMatchObject({
    owner: undefined,
    isOwner: false,
  });
  const info = "cluster_state:fail\r\n";
  expect(view(7, { info }).isServing).toBe(false);
});

test("only the slot that is given away counts as migrating", () => {
  const own = `0-5460 [7->-${second}] [9-<-${second}]`;
  expect(view(7, { own }).isMigrating).toBe(true);
  expect(view(8, { own }).isMigrating).toBe(false);
  expect(view(9, { own }).isMigrating).toBe(false);
  expect(view(77, { own }).isMigrating).toBe(false);
});

test.each([null, "", "?"])(
  "a node that does not know its own name: %j",
  (host) => {
    const owner = view(1, { ranges: [[0, 5460, [host, 7000, first]]] }).owner;
    expect(owner).toEqual({ ...asked, id: first });
  },
);
