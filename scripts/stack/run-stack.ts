import { join } from "node:path";
import { loadDotEnv } from "../../libs/shared/src/config/dot-env.ts";
import { projectRoot } from "../project-root.ts";
import { type FoundRedis, findRedis } from "../redis/find-redis.ts";
import { NoRedisError } from "../redis/no-redis-error.ts";
import { say } from "../words/say.mjs";
import {
  announceGateway,
  announceSignIn,
  listenForGatewayUrl,
  listenForKeysReport,
} from "./announce-gateway.ts";
import { provideKeys } from "./provide-keys.ts";
import { listenForStopSignals, type StopSignals } from "./stop-signals.ts";
import { type Supervised, supervise } from "./supervise.ts";

interface StackOptions {
  /** Whether changed sources restart the apps. */
  watch: boolean;
  /** The folder of `.env` and the data. */
  folder: string;
}

/**
 * Everything on one machine: Redis if none is given, one gateway, one worker. Ends on a signal, or
 * when one of them cannot run.
 */
export async function runStack(options: StackOptions): Promise<void> {
  const dotEnv = join(options.folder, ".env");
  loadDotEnv(dotEnv);
  if (!(await provideKeys(dotEnv))) {
    process.exitCode = 1;
    return;
  }
  try {
    await runWithRedis(options);
  } catch (error) {
    if (!(error instanceof NoRedisError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** Variables by which gateway and worker know where Redis is, besides `REDIS_URL`. */
const knowRedis = ["REDIS_URL_FILE", "REDIS_SENTINELS", "REDIS_CLUSTER"];

async function runWithRedis(options: StackOptions): Promise<void> {
  const stop = listenForStopSignals();
  const redis = knowRedis.some((name) => process.env[name])
    ? undefined
    : await findRedis({
        purpose: "start",
        dataDir: join(options.folder, ".data", "redis"),
      });
  try {
    if (!stop.isRequested()) {
      process.exitCode = await runApps({
        ...options,
        redis,
        stop,
      });
    }
  } finally {
    await redis?.stop();
  }
}

interface AppsOptions extends StackOptions {
  /** Undefined where the apps know its address by another variable than `REDIS_URL`. */
  redis: FoundRedis | undefined;
  stop: StopSignals;
}

async function runApps({
  watch,
  folder,
  redis,
  stop,
}: AppsOptions): Promise<number> {
  const start = (name: string, onMessage: (message: unknown) => void) =>
    supervise({
      name,
      cwd: folder,
      args: [
        ...(watch ? ["--watch", "--watch-preserve-output"] : []),
        join(projectRoot, "apps", name, "src", "main.ts"),
      ],
      env: {
        ...process.env,
        ...(redis ? { REDIS_URL: redis.url } : {}),
      },
      onMessage,
    });
  const keys = listenForKeysReport();
  const worker = start("worker", keys.onMessage);
  const address = listenForGatewayUrl();
  const gateway = start("gateway", (message) => {
    announceSignIn(message);
    address.onMessage(message);
  });
  stop.onForced(() => {
    for (const app of [gateway, worker]) app.kill();
  });
  const settled = new AbortController();
  const announced = announceGateway({
    gatewayUrl: address.read,
    keysReport: keys.read,
    signal: settled.signal,
  });
  const exitCode = await Promise.race([
    stop.requested.then(() => 0),
    gateway.gaveUp,
    worker.gaveUp,
    ...(redis?.gaveUp ? [redis.gaveUp.then(() => 1)] : []),
  ]);
  settled.abort();
  await announced;
  await drain([gateway, worker]);
  return exitCode;
}

// The gateway first: the requests that it still has to answer need the worker.
async function drain(apps: Supervised[]): Promise<void> {
  console.error(say("stopping"));
  for (const app of apps) await app.stop();
}
