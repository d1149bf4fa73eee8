import type { FaultyLine } from "../../support/network/faulty-line.ts";
import type { Stack, StackOptions } from "../../support/processes/stack.ts";
import type { PrivateRedis } from "../../support/redis/redis.ts";

/** Where a fault finds Redis, and what the processes are told of it. */
export type RedisSite = {
  /** The server that the processes speak with at the start. */
  readonly redis: PrivateRedis;
  /** Environment of the processes in place of a plain REDIS_URL. */
  readonly env?: Record<string, string>;
  stop(): Promise<void>;
};

/**
 * A line through which processes speak, where a fault needs one: between Redis and all of them, between
 * Redis and the first worker, or between the workers and the upstream.
 */
export type LineName = "redis" | "first-worker" | "upstream";

/** What a fault can strike: two gateways, two workers, and lines between them and others. */
export type Scene = {
  readonly redis: PrivateRedis;
  readonly stack: Stack;
  /** @throws {Error} for a line that the fault does not ask for. */
  line(name: LineName): FaultyLine;
};

/** One entry of the campaign's table. */
export type Fault = {
  /** As it is given on the command line. */
  readonly name: string;
  /** How it is done, for the table. */
  readonly how: string;
  /** How many calls for requests that had been called with success may be made, and why. */
  readonly calledAgain?: { readonly most: number; readonly because: string };
  readonly lines?: readonly LineName[];
  /** Settings of the stack that differ from the usual ones. */
  readonly stack?: Partial<StackOptions>;
  /** Environment of each of the two workers. */
  readonly workers?: readonly [Record<string, string>, Record<string, string>];
  /** How long it lasts, in ms; at once or as long as the load when absent. */
  readonly lastsMs?: number;
  /** Other than one server with an append-only file; undefined where this machine cannot have it. */
  openSite?(): Promise<RedisSite | undefined>;
  /** Does it, and resolves when nothing more is done. */
  strike(scene: Scene): Promise<void>;
};
