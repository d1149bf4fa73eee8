import { expect, test } from "vitest";
import { fitBody } from "../../../../apps/worker/src/call/fit-body.ts";

const fitted = (body: string, models: readonly string[]) =>
  String(fitBody(body, models).body);

// biome-ignore format: a table
test.for<[name: string, body: string, models: string[], expected: string]>([
  ["the chain of a body that names them already", '{ "model":"a", "models":["b"] }', ["a", "b"], '{ "model":"a", "models":["b"] }'],
  ["a model that stands twice", '{"model":"a","models":["a","b"]}', ["a", "b"], '{"model":"a","models":["a","b"]}'],
  ["one model in place of an alias", '{"x":1.0, "model" : "fast","y":[]}', ["a", "b"], '{"x":1.0, "model" : "a","y":[]}'],
  ["a chain without its first", '{"models": ["a","b","c"]}', ["b", "c"], '{"models": ["b","c"]}'],
  ["a chain without its model", '{"model":"a","models":["b","c"]}', ["b", "c"], '{"model":"b","models":["c"]}'],
  ["the last of a chain", '{"model":"a","models":["b"]}', ["b"], '{"model":"b","models":["b"]}'],
  ["fallbacks without their first", '{"model":"a","fallbacks":[{"model":"b","t":1},{"model":"c"}]}', ["b", "c"], '{"model":"b","fallbacks":[{"model":"c"}]}'],
  ["fallbacks that keep what else they say", '{"model":"a","fallbacks":[{"model":"b"},{"model":"c","t":1}]}', ["b", "c"], '{"model":"b","fallbacks":[{"model":"c","t":1}]}'],
  ["members of inner objects", '{"m":{"model":"a"},"model":"a"}', ["b"], '{"m":{"model":"a"},"model":"b"}'],
  ["ids with quotes", '{"model":"a"}', ['b"c'], '{"model":"b\\"c"}'],
])("%s", ([, body, models, expected]) => {
  expect(fitted(body, models)).toBe(expected);
});

test("a large body stays the same bytes where nothing changes", () => {
  const body = Buffer.from('{"models":["a"],"messages":"ü"}');
  expect(fitBody(body, ["a"]).body).toBe(body);
});

test("tells which models the body names", () => {
  expect(fitBody('{"model":"fast"}', ["a", "b"]).models).toEqual(["a"]);
  expect(fitBody('{"models":["x"]}', ["a", "b"]).models).toEqual(["a", "b"]);
});

test("fallbacks of an odd form cannot make it throw", () => {
  const odd = '[{"model":{"toString":1,"valueOf":1}},7,null]';
  expect(fitted(`{"model":"a","fallbacks":${odd}}`, ["b", "c"])).toBe(
    '{"model":"b","fallbacks":[{"model":"c"}]}',
  );
});
