import type {
  Dialect,
  EmbeddedError,
  ModelAnswer,
} from "../dialects/dialect.ts";
import type { DeliveryFault } from "../faults/faults.ts";
import type { ResolvedSettings } from "../settings.ts";
import type { Reply } from "./reply.ts";

/** A 200 on its way. */
export type Delivery = {
  reply: Reply;
  settings: ResolvedSettings;
  dialect: Dialect;
  answer: ModelAnswer;
  fault: DeliveryFault | undefined;
  /** Milliseconds until the answer is ready. */
  latencyMs: number;
};

const KEEPALIVE = "\n         \n";
const KEEPALIVE_STEPS = 4;
const WHITESPACE_ONLY = KEEPALIVE.repeat(KEEPALIVE_STEPS);
const FILLER = "x".repeat(64 * 1024);
const FILLER_MARK = "@filler@";

/** The error that a fault puts inside a 200. */
export function buildEmbeddedError(
  fault: {
    code?: number | string;
    message?: string;
    errorType?: string;
  },
  provider: string,
): EmbeddedError {
  const type = fault.errorType ?? "provider_unavailable";
  return {
    message:
      fault.message ??
      `Upstream error from ${provider}: Service temporarily overloaded`,
    code: fault.code ?? 502,
    metadata: { error_type: type },
  };
}

function buildChoiceError(
  { dialect, answer }: Delivery,
  fault: Extract<DeliveryFault, { kind: "choice-error" }>,
): Record<string, unknown> {
  const body = dialect.buildBody(answer);
  const error = buildEmbeddedError(fault, answer.provider);
  const message = { role: "assistant", content: "" };
  const reason = { finish_reason: "error", native_finish_reason: "error" };
  const choice = { logprobs: null, ...reason, index: 0, message, error };
  return { ...body, choices: [choice] };
}

function buildBody(delivery: Delivery): string {
  const { dialect, answer, fault } = delivery;
  switch (fault?.kind) {
    case "embedded-error":
    case "stream-error": {
      const error = buildEmbeddedError(fault, answer.provider);
      return JSON.stringify({ id: answer.id, error });
    }
    case "choice-error":
      return JSON.stringify(buildChoiceError(delivery, fault));
    case "whitespace-body":
    case "empty-stream":
      return WHITESPACE_ONLY;
    case "truncated-json": {
      const body = JSON.stringify(dialect.buildBody(answer));
      return body.slice(0, Math.floor(body.length * 0.6));
    }
    case "large-body":
      return JSON.stringify(
        dialect.buildBody({ ...answer, content: FILLER_MARK }),
      );
    default:
      return JSON.stringify(dialect.buildBody(answer));
  }
}

async function sendPadded(
  { reply, latencyMs }: Delivery,
  headers: Record<string, string>,
  body: string,
): Promise<void> {
  reply.open(200, headers);
  for (let step = 0; step < KEEPALIVE_STEPS; step += 1) {
    await reply.write(KEEPALIVE);
    await reply.wait(latencyMs / KEEPALIVE_STEPS);
  }
  await reply.write(body);
  reply.end();
}

async function sendHalf(
  reply: Reply,
  headers: Record<string, string>,
  body: string,
): Promise<void> {
  // The length promised is that of the whole: the client can tell that half is missing.
  const length = Buffer.byteLength(body);
  reply.open(200, { ...headers, "Content-Length": length });
  await reply.write(body.slice(0, Math.floor(body.length / 2)));
  reply.drop();
}

async function sendLarge(
  reply: Reply,
  headers: Record<string, string>,
  body: string,
  bytes: number,
): Promise<void> {
  const [head = "", tail = ""] = body.split(FILLER_MARK);
  reply.open(200, headers);
  await reply.write(head);
  for (let left = bytes; left > 0 && !reply.gone; left -= FILLER.length) {
    await reply.write(left < FILLER.length ? FILLER.slice(0, left) : FILLER);
  }
  await reply.write(tail);
  reply.end();
}

/** Delivers an answer in one piece, or what the fault leaves of it. */
export async function deliverPlain(delivery: Delivery): Promise<void> {
  const { reply, settings, fault, answer, latencyMs } = delivery;
  const headers = {
    "Content-Type": "application/json",
    "X-Generation-Id": answer.id,
  };
  const body = buildBody(delivery);
  const isWhole = fault?.kind !== "large-body";
  if (settings.paddingWhitespace && isWhole && !breaksOff(fault)) {
    return sendPadded(delivery, headers, body);
  }
  if (latencyMs > 0) await reply.wait(latencyMs);
  switch (fault?.kind) {
    case "large-body":
      return sendLarge(reply, headers, body, fault.bytes);
    case "drop-mid-body":
    case "drop-mid-stream":
      return sendHalf(reply, headers, body);
    case "hang-mid-stream":
      reply.open(200, headers);
      await reply.write(KEEPALIVE);
      return reply.untilGone();
    default:
      return reply.send({ status: 200, headers, body });
  }
}

function breaksOff(fault: DeliveryFault | undefined): boolean {
  return (
    fault?.kind === "drop-mid-body" ||
    fault?.kind === "drop-mid-stream" ||
    fault?.kind === "hang-mid-stream"
  );
}
