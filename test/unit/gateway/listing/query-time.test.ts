import { afterEach, beforeEach, expect, test } from "vitest";
import { queryTime } from "../../../../apps/gateway/src/listing/query-time.ts";

const schema = queryTime("A time");
const usual = process.env.TZ;
beforeEach(() => {
  process.env.TZ = "Asia/Shanghai";
});
afterEach(() => {
  if (usual === undefined) delete process.env.TZ;
  else process.env.TZ = usual;
});

test.each([
  ["2027-01-31T14:05", "2027-01-31T14:05:00Z"],
  ["2027-01-31 14:05", "2027-01-31T14:05:00Z"],
  ["2027-01-31 14:05:09", "2027-01-31T14:05:09Z"],
  ["2027-01-31T14:05Z", "2027-01-31T14:05:00Z"],
  ["2027-01-31T14:05:09.250Z", "2027-01-31T14:05:09.250Z"],
  ["2027-01-31T14:05+08:00", "2027-01-31T06:05:00Z"],
  ["2027-01-31 14:05:00-05:30", "2027-01-31T19:35:00Z"],
  ["2027-01-31", "2027-01-31T00:00:00Z"],
])("%s is the same in all time zones of the gateway", (text, time) => {
  expect(new Date("2027-01-31T14:05").getTimezoneOffset()).toBe(-480);
  expect(schema.parse(text)).toBe(Date.parse(time));
});

test.each([
  "31 Jan 2027 14:05",
  "2027-1-31",
  "2027-02-30T10:00",
  "2027-01-31T25:00",
  "2027-01-31T14",
  "2027-01-31T14:05 08:00",
  "2027-01-31T14:05+99:00",
  "1926-01-31",
  "1801404300000",
  "yesterday",
])("%s is refused", (text) => {
  const { error } = schema.safeParse(text);
  expect(error?.issues[0]?.message).toMatch(/^wants an ISO 8601 time/);
});

test("an empty field of a form is no time", () => {
  expect(schema.parse("")).toBeUndefined();
});
