import type { TestProject } from "vitest/node";
import { type FoundRedis, findRedis } from "../../scripts/redis/find-redis.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The Redis that all tests share. Never flush it, it may be somebody's: every test uses keys of its own. */
    redisUrl: string;
  }
}

let redis: FoundRedis | undefined;

/** Finds or starts one Redis for a project of the tests (the integration tests, the end-to-end tests). */
export async function setup(project: TestProject): Promise<void> {
  redis = await findRedis({ purpose: "test" });
  project.provide("redisUrl", redis.url);
}

export async function teardown(): Promise<void> {
  await redis?.stop();
}
