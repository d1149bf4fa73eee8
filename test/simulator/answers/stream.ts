import { buildEmbeddedError, type Delivery } from "../calls/deliver.ts";
import type { DeliveryFault } from "../faults/faults.ts";

const PROCESSING = ": OPENROUTER PROCESSING\n\n";
const PROCESSING_EVERY_MS = 1_000;
const LARGE_PIECE = "x".repeat(16 * 1024);

const DEFAULT_AFTER_EVENTS = 2;

/** After how many data events a stream fails; undefined for one that does not. */
function findBreak(fault: DeliveryFault | undefined): number | undefined {
  switch (fault?.kind) {
    case "embedded-error":
      return 0;
    case "stream-error":
      return fault.afterEvents ?? 0;
    case "choice-error":
    case "drop-mid-body":
    case "truncated-json":
      return DEFAULT_AFTER_EVENTS;
    case "drop-mid-stream":
    case "hang-mid-stream":
      return fault.afterEvents ?? DEFAULT_AFTER_EVENTS;
    default:
      return undefined;
  }
}

async function breakOff(
  { reply, dialect, answer }: Delivery,
  fault: DeliveryFault | undefined,
): Promise<void> {
  switch (fault?.kind) {
    case "embedded-error":
    case "stream-error":
    case "choice-error": {
      const error = buildEmbeddedError(fault, answer.provider);
      await reply.write(dialect.buildErrorFrame(answer, error));
      return reply.end();
    }
    case "hang-mid-stream":
      return reply.untilGone();
    case "truncated-json":
      await reply.write('data: {"id":"gen-');
      return reply.end();
    default:
      return reply.drop();
  }
}

async function waitForFirstToken({ reply, settings }: Delivery): Promise<void> {
  await reply.write(PROCESSING);
  let left = settings.firstTokenMs;
  while (left > PROCESSING_EVERY_MS && !reply.gone) {
    await reply.wait(PROCESSING_EVERY_MS);
    await reply.write(PROCESSING);
    left -= PROCESSING_EVERY_MS;
  }
  await reply.wait(left);
}

async function writeEvents(delivery: Delivery): Promise<void> {
  const { reply, settings, dialect, answer, fault } = delivery;
  const breakAfter = findBreak(fault);
  let events = 0;
  for (const { text, paced } of dialect.streamFrames(answer)) {
    if (reply.gone) return;
    if (events === breakAfter) return breakOff(delivery, fault);
    if (paced && settings.interChunkMs > 0) {
      await reply.wait(settings.interChunkMs);
    }
    await reply.write(text);
    events += 1;
  }
  // A short answer breaks at its end, rather than not at all.
  if (breakAfter !== undefined) return breakOff(delivery, fault);
  reply.end();
}

function enlarge(delivery: Delivery): Delivery {
  const { answer, fault } = delivery;
  if (fault?.kind !== "large-body") return delivery;
  const count = Math.ceil(fault.bytes / LARGE_PIECE.length);
  const pieces = new Array<string>(count).fill(LARGE_PIECE);
  return { ...delivery, answer: { ...answer, pieces } };
}

/** Delivers an answer as server-sent events, or what the fault leaves of it. */
export async function deliverStream(delivery: Delivery): Promise<void> {
  const { reply, answer, fault, latencyMs } = delivery;
  const id = { "X-Generation-Id": answer.id };
  if (latencyMs > 0) await reply.wait(latencyMs);
  if (fault?.kind === "whitespace-body") {
    reply.open(200, { "Content-Type": "application/json", ...id });
    await reply.write("\n         \n\n         \n");
    return reply.end();
  }
  reply.open(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    ...id,
  });
  await waitForFirstToken(delivery);
  if (fault?.kind === "empty-stream") return reply.end();
  await writeEvents(enlarge(delivery));
}
