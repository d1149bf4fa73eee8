import type { AppProcess } from "../processes/app-process.ts";
import { residentMiB } from "../processes/memory.ts";
import { type Stack, startStack, testKey } from "../processes/stack.ts";
import { drawRequests } from "./draw-requests.ts";
import { createSendFuzz } from "./send-fuzz.ts";
import { createTally, type FuzzTally } from "./tally-faults.ts";

const atATime = 24;
const password = "a-password-that-nobody-sees";
/** What all keys of the stack have in common, and their masks do not show. */
const partOfKeys = testKey(0).slice(20, 32);
const lookEvery = 500;
const measurements = 40;

export type FuzzFigures = FuzzTally & {
  /** Memory of gateway and worker after each share of the requests, in MiB. */
  readonly memory: readonly { gateway: number; worker: number }[];
  readonly seconds: number;
};

/**
 * Sends so many random requests to a real stack, and looks at every answer and log line.
 *
 * The requests follow from the seed; when they overlap does not. Stops early where a process ended.
 */
export async function runFuzz(
  redisUrl: string,
  options: {
    requests: number;
    seed: number;
    onProgress?: (figures: FuzzFigures) => void;
  },
): Promise<FuzzFigures> {
  const stack = await startStack({
    redisUrl,
    accounts: 2,
    perMinute: 1_000_000,
    perDay: 10_000_000,
    env: {
      MODEL_CHECK: "false",
      MAX_ATTEMPTS: "1",
      UPSTREAM_TIMEOUT_MS: "10000",
      ADMIN_PASSWORD: password,
    },
  });
  const tally = createTally([partOfKeys, password]);
  const apps = [...stack.gateways, ...stack.workers];
  const recordLogs = () => {
    for (const app of apps) tally.recordLog(app.drain());
  };
  const memory: { gateway: number; worker: number }[] = [];
  const startedAt = performance.now();
  const figures = (): FuzzFigures => ({
    ...tally.read(),
    memory,
    seconds: (performance.now() - startedAt) / 1_000,
  });
  const measureEvery = Math.ceil(options.requests / measurements);

  function afterEach(sent: number): void {
    const isLast = sent === options.requests;
    const isDue = sent % measureEvery === 0 || isLast;
    if (sent % lookEvery !== 0 && !isDue) return;
    recordLogs();
    const now = measureMemory(stack);
    if (!isDue) return;
    memory.push(now);
    options.onProgress?.(figures());
  }

  try {
    await sendAll(stack, options, tally, afterEach);
  } catch (error) {
    tally.recordStop(error as Error);
  } finally {
    await stack.stop();
  }
  // What they wrote last.
  recordLogs();
  return figures();
}

async function sendAll(
  stack: Stack,
  options: { requests: number; seed: number },
  tally: ReturnType<typeof createTally>,
  afterEach: (sent: number) => void,
): Promise<void> {
  const { send, close } = createSendFuzz(stack.url, atATime);
  const drawn = drawRequests(stack.simulator, options);
  let sent = 0;
  const lanes = Array.from({ length: atATime }, async () => {
    for await (const each of drawn) {
      try {
        tally.recordAnswer(each, await send(each.request));
      } catch (error) {
        tally.recordUnanswered(each, error as Error);
      }
      sent += 1;
      afterEach(sent);
    }
  });
  await Promise.all(lanes);
  close();
}

/** @throws {Error} where one of them has ended. */
function measureMemory({ gateways, workers }: Stack) {
  return {
    gateway: memoryOf("gateway", gateways[0]),
    worker: memoryOf("worker", workers[0]),
  };
}

function memoryOf(name: string, app: AppProcess | undefined): number {
  try {
    return residentMiB(app?.pid ?? 0);
  } catch (cause) {
    throw new Error(`the ${name} has ended`, { cause });
  }
}
