import { setTimeout as sleep } from "node:timers/promises";
import {
  type DialectPath,
  dialectBodies,
} from "../../../support/clients/dialects.ts";
import type { Exchange, Reply } from "./exchange.ts";
import { sendFile } from "./send-file.ts";
import { sendAdminPage, sendStatus, sendWrong } from "./send-others.ts";

/** Who sends a request, and its number. */
export type Sender = {
  readonly exchange: Exchange;
  readonly headers: Readonly<Record<string, string>>;
  readonly number: number;
};

/** One sort of traffic. `expects`: statuses that are right. */
export type Kind = {
  readonly name: string;
  /** Share of all requests, in percent. */
  readonly share: number;
  readonly expects: readonly number[];
  send(sender: Sender): Promise<Reply>;
};

/** Models that the traffic asks for, in turns. */
export const chatModels = ["soak/one:free", "soak/two:free", "soak/three:free"];

const pollMs = 1_000;

/** All traffic but hang-ups and batches. */
export const kinds: readonly Kind[] = [
  dialect("chat", 42, "/chat/completions"),
  dialect("stream", 14, "/chat/completions", { stream: true }),
  dialect("embeddings", 6, "/embeddings"),
  dialect("responses", 6, "/responses"),
  dialect("messages", 6, "/messages"),
  dialect("messages stream", 3, "/messages", { stream: true }),
  dialect("completions", 4, "/completions"),
  { name: "idempotent", share: 2, expects: [200], send: sendIdempotent },
  { name: "deferred", share: 2, expects: [200], send: sendDeferred },
  { name: "background", share: 2, expects: [200], send: sendBackground },
  { name: "file", share: 0.5, expects: [200], send: sendFile },
  { name: "status", share: 1.5, expects: [200], send: sendStatus },
  { name: "admin page", share: 1, expects: [200], send: sendAdminPage },
  {
    name: "wrong",
    share: 6,
    expects: [400, 401, 403, 404, 405, 415],
    send: sendWrong,
  },
];

function dialect(
  name: string,
  share: number,
  path: DialectPath,
  extra: Record<string, unknown> = {},
): Kind {
  return {
    name,
    share,
    expects: [200],
    send: (sender) => sendCompletion(sender, path, extra),
  };
}

/** Sends a completion of a dialect. */
export function sendCompletion(
  { exchange, headers, number }: Sender,
  path: DialectPath,
  extra: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<Reply> {
  return exchange({
    method: "POST",
    path: `/v1${path}`,
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({
      model: chatModels[number % chatModels.length],
      ...dialectBodies[path],
      ...extra,
    }),
    ...(signal ? { signal } : {}),
  });
}

/** The same request twice, which is one call. */
async function sendIdempotent(sender: Sender): Promise<Reply> {
  const headers = {
    ...sender.headers,
    "idempotency-key": `soak-${sender.number}`,
  };
  const first = await sendCompletion(
    { ...sender, headers },
    "/chat/completions",
  );
  const second = await sendCompletion(
    { ...sender, headers },
    "/chat/completions",
  );
  return first.status === 200 &&
    second.status === 200 &&
    first.text !== second.text
    ? { ...second, status: 409 }
    : second;
}

/** `Prefer: respond-async`, asked for until it is there. */
async function sendDeferred(sender: Sender): Promise<Reply> {
  const headers = { ...sender.headers, prefer: "respond-async" };
  let reply = await sendCompletion({ ...sender, headers }, "/chat/completions");
  const { location } = reply.headers;
  while (reply.status === 202) {
    await sleep(pollMs);
    reply = await sender.exchange({
      path: String(location),
      headers: sender.headers,
    });
  }
  return reply;
}

/** A background response, asked for until it has ended. */
async function sendBackground(sender: Sender): Promise<Reply> {
  let reply = await sendCompletion(sender, "/responses", { background: true });
  const { id } = JSON.parse(reply.text) as { id?: string };
  for (;;) {
    if (reply.status !== 200) return reply;
    const { status } = JSON.parse(reply.text) as { status?: string };
    if (status === "failed") return { ...reply, status: 502 };
    if (status !== "queued" && status !== "in_progress") return reply;
    await sleep(pollMs);
    reply = await sender.exchange({
      path: `/v1/responses/${id}`,
      headers: sender.headers,
    });
  }
}
