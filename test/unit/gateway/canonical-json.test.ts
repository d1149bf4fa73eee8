import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "../../../apps/gateway/src/response-cache/canonical-json.ts";

test.for([
  ['{"a":1,"b":[true,null]}', ' { "b" : [ true , null ] ,\n"a":1 } '],
  ['{"a":{"x":1,"y":2}}', '{"a":{"y":2,"x":1}}'],
  ['{"a":"\\u0041"}', '{"a":"A"}'],
  ['{"a":1.0}', '{"a":1}'],
  ['{"__proto__":1,"a":2}', '{"a":2,"__proto__":1}'],
  ['{"2":1,"10":2}', '{"10":2,"2":1}'],
] as const)("%s means the same as %s", ([one, other]) => {
  expect(canonicalJson(one)).toBe(canonicalJson(other));
});

test.for([
  ['{"a":[1,2]}', '{"a":[2,1]}'],
  ['{"a":1}', '{"a":"1"}'],
  ['{"a":null}', "{}"],
  ['{"seed":9007199254740993}', '{"seed":9007199254740992}'],
  ['{"seed":9007199254740993}', '{"seed":"9007199254740993"}'],
  ['{"a":0.1000000000000000055}', '{"a":0.1}'],
  ['{"__proto__":1}', "{}"],
] as const)("%s means something else than %s", ([one, other]) => {
  expect(canonicalJson(one)).not.toBe(canonicalJson(other));
});

test("what is nested beyond reason is not compared", () => {
  const depth = 1_000_000;
  expect(canonicalJson("[".repeat(depth) + "]".repeat(depth))).toBeUndefined();
});

test("any two spellings of one value are equal", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const spaced = JSON.stringify(JSON.parse(text), null, 2);
      expect(canonicalJson(spaced)).toBe(
        canonicalJson(JSON.stringify(JSON.parse(text))),
      );
    }),
  );
});

test("the properties of a schema keep their order: models answer in it", () => {
  const schema = (properties: string) =>
    canonicalJson(`{"type":"object","properties":${properties}}`);
  const first = schema('{"why":{"type":"string","x":1},"answer":{}}');
  expect(first).not.toBe(schema('{"answer":{},"why":{"type":"string","x":1}}'));
  expect(first).toBe(schema('{"why":{"x":1,"type":"string"},"answer":{}}'));
  expect(schema('{"a":1}')).not.toBe(schema('[["a",1]]'));
});
