import { type SentinelConnectionOptions, SentinelConnector } from "ioredis";

type Detector = { cleanup(): void };

/**
 * ioredis's Sentinel connector with a bug worked around: its failover detector outlives the connection
 * that it was opened for. A failover that it reports while the next connection is being opened aborts
 * that one, and the client ends for good ("Connection is closed.").
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
