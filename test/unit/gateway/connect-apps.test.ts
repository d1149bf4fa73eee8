import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { listApps } from "../../../apps/gateway/src/home/connect/apps.ts";
import { connect } from "../../../apps/gateway/src/words/connect/en.ts";

const place = {
  baseUrl: "http://localhost:3000/v1",
  key: "unused",
  model: "pool/auto",
};
const apps = listApps(place);
const docs = readFileSync(
  new URL("../../../docs/connect.md", import.meta.url),
  "utf8",
);
const rowsOf = (text: string) =>
  text.split("\n").map((line) => line.replace(/\s+/g, " ").trim());

test.for(apps)("docs/connect.md has the fields of $name", (app) => {
  expect(app.fields).toHaveLength(4);
  const start = docs.indexOf(`## ${app.name}\n`);
  expect(start, `a section ${app.name}`).toBeGreaterThan(0);
  const section = docs.slice(start).split("\n## ")[0] ?? "";
  for (const [label, value] of app.fields) {
    expect(rowsOf(section)).toContain(`| \`${label}\` | \`${value}\` |`);
  }
  expect(section).toContain(connect[`where.${app.id}`]);
  expect(section).toContain(app.snippet ?? "");
});

test("the values follow the gateway's address, key and model", () => {
  const texts = JSON.stringify(
    listApps({ baseUrl: "https://pool.example/x/v1", key: "k-1", model: "m" }),
  );
  expect(texts).not.toMatch(/localhost|unused|pool\/auto/);
  expect(texts).toContain("https://pool.example/x");
});
