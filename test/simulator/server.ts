import { createServer, type IncomingMessage, type Server } from "node:http";
import { answerGet, GET_ENDPOINTS } from "./answers/answer-get.ts";
import { errorAnswer, type HttpAnswer } from "./answers/http-answer.ts";
import { answerCall } from "./calls/answer-call.ts";
import { type Arrival, openRecord } from "./calls/arrival.ts";
import { Reply } from "./calls/reply.ts";
import { CONTROL_PATH, control } from "./control.ts";
import { chat } from "./dialects/chat.ts";
import { completions } from "./dialects/completions.ts";
import type { Dialect } from "./dialects/dialect.ts";
import { embeddings } from "./dialects/embeddings.ts";
import { messages } from "./dialects/messages.ts";
import { responses } from "./dialects/responses.ts";
import type { Simulation } from "./simulation.ts";

/** Where OpenRouter's endpoints begin. */
export const BASE_PATH = "/api/v1";

// Longer than any client's idle pool, so that reuse never races the server's close.
const KEEP_ALIVE_MS = 120_000;

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ["/chat/completions", chat],
  ["/completions", completions],
  ["/embeddings", embeddings],
  ["/responses", responses],
  ["/messages", messages],
]);

async function readBody(req: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    req.on("data", (part: Buffer) => parts.push(part));
    req.on("end", () => {
      const [only] = parts;
      const isOne = parts.length === 1 && only !== undefined;
      resolve(isOne ? only : Buffer.concat(parts));
    });
    // Resolving twice does nothing: this matters only for a body that never ends.
    req.on("close", () => resolve(undefined));
  });
}

function answerControl(
  simulation: Simulation,
  { req, res, body }: Arrival,
): void {
  const url = new URL(req.url ?? "/", "http://simulator");
  const request = { method: req.method ?? "", url, body: body.toString() };
  let answer: HttpAnswer;
  try {
    answer = control(simulation, request);
  } catch (error) {
    answer = errorAnswer(400, String(error));
  }
  res.writeHead(answer.status, answer.headers).end(answer.body);
}

async function route(simulation: Simulation, arrival: Arrival): Promise<void> {
  const { req, res } = arrival;
  const [pathname = "", search = ""] = arrival.path.split("?", 2);
  if (pathname.startsWith(CONTROL_PATH)) {
    return answerControl(simulation, arrival);
  }
  const path = pathname.startsWith(BASE_PATH)
    ? pathname.slice(BASE_PATH.length)
    : "";
  const call = { ...arrival, path };
  const dialect = req.method === "POST" ? DIALECTS.get(path) : undefined;
  if (dialect !== undefined) return answerCall(simulation, call, dialect);
  const endpoint = req.method === "GET" ? GET_ENDPOINTS.get(path) : undefined;
  if (endpoint !== undefined) {
    const query = new URLSearchParams(search);
    return answerGet(simulation, call, endpoint, query);
  }
  const record = openRecord(simulation, { ...arrival, path: pathname });
  record.kind = "404";
  const reply = new Reply(res, record, simulation.log);
  reply.send(errorAnswer(404, "Not Found"));
}

/** Builds the server; it does not listen yet. */
export function buildServer(simulation: Simulation): Server {
  const server = createServer(async (req, res) => {
    const body = await readBody(req);
    if (body === undefined) return;
    try {
      await route(simulation, { req, res, path: req.url ?? "/", body });
    } catch (error) {
      res.destroy(error instanceof Error ? error : new Error(String(error)));
      process.stderr.write(`simulator: ${String(error)}\n`);
    }
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  return server;
}
