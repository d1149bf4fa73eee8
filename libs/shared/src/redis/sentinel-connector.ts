import { type SentinelConnectionOptions, SentinelConnector } from "ioredis";

type Detector = { cleanup(): void };

/**
 * ioredis's way to a primary by its Sentinels, without a fault of it: what listens for a failover outlives
 * the connection that it was opened for. When it hears of one while the next connection is being
 * opened, it calls that off, and the client ends for good ("Connection is closed.").
 */
export class FollowingConnector extends SentinelConnector {
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
  }

  override connect(
    ...args: Parameters<SentinelConnector["connect"]>
  ): ReturnType<SentinelConnector["connect"]> {
    // It is private, and nothing else ends it. A new one is opened with the connection.
    const { failoverDetector } = this as unknown as {
      failoverDetector: Detector | null;
    };
    failoverDetector?.cleanup();
    return super.connect(...args);
  }
}
