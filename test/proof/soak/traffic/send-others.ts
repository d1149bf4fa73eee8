import { operatorHeaders } from "../../../support/clients/operator.ts";
import type { Exchange, Message, Reply } from "./exchange.ts";

type OtherSender = {
  readonly exchange: Exchange;
  readonly headers: Readonly<Record<string, string>>;
  readonly number: number;
};

const json = { "content-type": "application/json" };

const statusPaths = [
  "/api/v1/keys/status",
  "/v1/models",
  "/api/v1/models/status",
  "/health",
  "/metrics",
  "/openapi.json",
];
const adminPaths = [
  "/admin",
  "/admin/models",
  "/admin/clients",
  "/admin/batches",
  "/admin/queues",
  "/",
];
const chatPath = "/v1/chat/completions";
const wrongMessages: readonly Message[] = [
  { method: "POST", path: chatPath, headers: json, body: '{"model": ' },
  { method: "POST", path: chatPath, headers: json, body: '{"messages": 1}' },
  {
    method: "POST",
    path: chatPath,
    headers: json,
    body: '{"model":"no/such:free","messages":[{"role":"user","content":"x"}]}',
  },
  {
    method: "POST",
    path: chatPath,
    headers: json,
    body: '{"model":"openrouter/auto","messages":[{"role":"user","content":"x"}]}',
  },
  {
    method: "POST",
    path: chatPath,
    headers: { "content-type": "text/plain" },
    body: "x",
  },
  {
    method: "POST",
    path: chatPath,
    headers: { authorization: "Bearer wrong", ...json },
    body: "{}",
  },
  { path: "/v1/no-such-thing" },
  { method: "DELETE", path: "/v1/models" },
  { path: "/v1/batches/batch_none" },
  { path: "/v1/files/%00" },
];

/** Reads what tools and people read. */
export function sendStatus({ exchange, headers, number }: OtherSender) {
  return exchange({ path: pick(statusPaths, number), headers });
}

/** Looks at a page of the operator's. */
export function sendAdminPage({ exchange, number }: OtherSender) {
  return exchange({ path: pick(adminPaths, number), headers: operatorHeaders });
}

/** Sends something that must be refused. */
export function sendWrong(sender: OtherSender): Promise<Reply> {
  const message = pick(wrongMessages, sender.number);
  return sender.exchange({
    ...message,
    headers: { ...sender.headers, ...message.headers },
  });
}

function pick<Item>(items: readonly Item[], number: number): Item {
  return items[number % items.length] as Item;
}
