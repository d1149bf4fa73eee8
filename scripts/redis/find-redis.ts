import { say } from "../words/say.mjs";
import { dockerAnswers } from "./docker-engine.ts";
import { installRedis } from "./install-redis.ts";
import { startKeptRedis } from "./kept-redis.ts";
import { type PrivateRedis, startPrivateRedis } from "./private-redis.ts";
import { findRedisBinary } from "./redis-binary.ts";

/** `start` keeps its data between runs; the others begin with an empty Redis and leave nothing behind. */
export type RedisPurpose = "start" | "demo" | "test" | "bench";

export interface FoundRedis
  extends Partial<Pick<PrivateRedis, "restart" | "kill" | "pause" | "resume">> {
  url: string;
  /** A `given` one belongs to somebody else: never flush it. */
  kind: "given" | "docker" | "private";
  /** Resolves when a server that is started again where it ends has ended too often. */
  gaveUp?: Promise<void>;
  stop: () => Promise<void>;
}

interface RedisOptions {
  purpose: RedisPurpose;
  /** Where a server that keeps its data has them; one in Docker has a volume for each such folder. Default: `.data/redis` of the checkout. */
  dataDir?: string;
}

/** Finds a Redis: the given one, else one from Docker, else a server started here, installed if necessary. */
export async function findRedis(options: RedisOptions): Promise<FoundRedis> {
  const given = process.env.REDIS_URL;
  if (given) return { url: given, kind: "given", stop: async () => undefined };
  return findOwnRedis(options);
}

/** As {@link findRedis}, but never the given one: no other program uses it. */
export async function findOwnRedis(options: RedisOptions): Promise<FoundRedis> {
  return (await fromDocker(options)) ?? (await fromThisMachine(options));
}

async function fromDocker({
  purpose,
  dataDir,
}: RedisOptions): Promise<FoundRedis | undefined> {
  if (!(await dockerAnswers())) return undefined;
  try {
    if (purpose === "start") {
      const { startComposeRedis } = await import("./compose-redis.ts");
      return { kind: "docker", ...(await startComposeRedis(dataDir)) };
    }
    const { startContainerRedis } = await import("./container-redis.ts");
    return { kind: "docker", ...(await startContainerRedis()) };
  } catch (error) {
    console.error(say("dockerFailed", { reason: firstLine(error) }));
    return undefined;
  }
}

async function fromThisMachine({
  purpose,
  dataDir,
}: RedisOptions): Promise<FoundRedis> {
  const binary = findRedisBinary() ?? (await installRedis());
  const redis =
    purpose === "start"
      ? await startKeptRedis(binary, dataDir)
      : await startPrivateRedis({ binary });
  return { kind: "private", ...redis };
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split("\n")[0] ?? "";
}
