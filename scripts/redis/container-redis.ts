import { GenericContainer, Wait } from "testcontainers";

const redisPort = 6379;

/** A temporary Redis in a container; testcontainers removes it even when this process is killed. */
export async function startContainerRedis(): Promise<{
  url: string;
  stop: () => Promise<void>;
}> {
  const container = await new GenericContainer("redis:7-alpine")
    .withCommand([
      "redis-server",
      "--save",
      "",
      "--appendonly",
      "no",
      "--maxmemory-policy",
      "noeviction",
    ])
    .withExposedPorts(redisPort)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/i))
    .start();
  return {
    url: `redis://${container.getHost()}:${container.getMappedPort(redisPort)}`,
    stop: async () => {
      await container.stop();
    },
  };
}
