import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { batchInput } from "../../support/clients/batch-input.ts";
import { send } from "../../support/clients/send.ts";
import {
  formEnd,
  formField,
  formPart,
  formType,
  openSocket,
  rawHead,
  rawPost,
  readAll,
  statusOf,
} from "../../support/network/raw-http.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject("redisUrl"), workers: 0 });
});
afterAll(() => stack?.stop());

const badLine = "this is no JSON\n";
const purpose = formField("purpose", "batch");

async function expectAlive(): Promise<void> {
  expect((await send(`${stack.url}/health`)).status).toBe(200);
  expect(stack.gateways[0]?.logged("Unforeseen error")).toEqual([]);
}

test.for([
  { title: "a file under another name", form: formPart("other", "x") },
  {
    title: "a long file under another name",
    form: formPart("other", "x".repeat(900_000)),
  },
  { title: "a short file with a bad line", form: formPart("file", badLine) },
  {
    title: "a long file with a bad line",
    form: formPart("file", badLine + batchInput(5_000)),
  },
  { title: "a right file", form: purpose + formPart("file", batchInput(3)) },
  {
    title: "a long right file",
    form: purpose + formPart("file", batchInput(5_000)),
  },
  { title: "a field", form: purpose + formField("purpose", "batch").trimEnd() },
  {
    title: "two files",
    form: formPart("file", `${batchInput(1)}\r\n`) + formPart("file", "x"),
  },
  {
    title: "a part's head",
    form: `${purpose}--raw-boundary\r\nContent-Disposition: form-`,
  },
  { title: "nothing", form: "" },
  { title: "what is no form", form: "x".repeat(1_000) },
])("a form that ends in the middle of $title is a 400", async ({ form }) => {
  const socket = await openSocket(stack.url);
  const { head, body } = rawPost("/v1/files", formType, form);
  socket.write(head + body);
  socket.end();
  const answer = await readAll(socket);
  expect(statusOf(answer)).toBe(400);
  expect(answer).toContain('"type":"invalid_request_error"');
  await expectAlive();
});

test.for([
  { title: "a right file", form: purpose + formPart("file", batchInput(3)) },
  { title: "a bad line", form: purpose + formPart("file", badLine) },
  { title: "a long bad file", form: formPart("file", badLine.repeat(60_000)) },
  { title: "a file under another name", form: formPart("other", "x") },
  { title: "an end that is not the last", form: formPart("file", formEnd) },
])("a client that hangs up within $title harms nobody", async ({ form }) => {
  for (const cut of ["destroy", "resetAndDestroy"] as const) {
    const socket = await openSocket(stack.url);
    socket.write(rawHead("/v1/files", formType, 10_000_000));
    await new Promise((resolve) => socket.write(form, resolve));
    const closed = once(socket, "close");
    socket[cut]();
    await closed;
    await expectAlive();
  }
});

test("an upload that was cut off leaves nothing behind", async () => {
  const list = await send(`${stack.url}/v1/files`);
  expect(list.body).toMatchObject({ data: [] });
  const folder = stack.env.FILES_PATH ?? "";
  await until("no content is left", async () => {
    const names = await readdir(folder, {
      recursive: true,
      withFileTypes: true,
    });
    return names.every((entry) => !entry.isFile());
  });
});
