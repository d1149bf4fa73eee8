import { expect, test } from "vitest";
import { findFault } from "../../support/fuzz/find-faults.ts";
import type { FuzzRequest } from "../../support/fuzz/fuzz-request.ts";

const request: FuzzRequest = {
  method: "POST",
  path: "/v1/chat/completions",
  headers: [],
  body: Buffer.alloc(0),
  isRaw: false,
};

function faultOf(text: string, status = 400, type = "application/json") {
  return findFault(request, { status, type, text }, ["the-secret"]);
}

test("a stack is found as text, in JSON and in HTML, whoever's code it names", () => {
  const ofLibrary = [
    "Error: no",
    "    at Layer.handle (/app/node_modules/router/lib/layer.js:152:17)",
    "    at next (node:internal/process/task_queues:104:5)",
  ];
  const ofUs = ["Error: no", "    at file:///app/apps/gateway/src/app.ts:3:1"];
  for (const lines of [ofLibrary, ofLibrary.toSpliced(1, 1), ofUs]) {
    expect(faultOf(lines.join("\n"))).toBe("a stack");
    expect(faultOf(JSON.stringify({ error: lines.join("\n") }))).toBe(
      "a stack",
    );
    expect(faultOf(lines.join("<br> &nbsp;"))).toBe("a stack");
  }
});

test("a secret, a 500 of ours and a page in place of an error are found, a plain refusal is none", () => {
  expect(faultOf('{"key":"the-secret"}')).toBe("the secret 0");
  expect(faultOf("{}", 500)).toBe("a 500");
  expect(faultOf("<p>no</p>", 404, "text/html")).toBe("an error in HTML");
  expect(faultOf('{"error":{"message":"There is nothing at /x.js"}}')).toBe(
    undefined,
  );
});
