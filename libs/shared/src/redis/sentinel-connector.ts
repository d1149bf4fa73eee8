import {
  type Redis,
  type RedisOptions,
  type SentinelConnectionOptions,
  SentinelConnector,
} from "ioredis";

/** Hears that a Sentinel cannot be reached, once per outage, and that it can be reached again. */
export type SentinelListener = {
  lost(address: string, error: Error): void;
  back(address: string): void;
};

type SentinelAddress = { readonly host: string; readonly port: number };

/** What SentinelConnector keeps private. */
type Internals = {
  failoverDetector: { cleanup(): void } | null;
  connectToSentinel(address: SentinelAddress, options?: RedisOptions): Redis;
};

/**
 * Makes the class by which ioredis follows the primary that Sentinels name: its own one with two bugs
 * worked around.
 *
 * - Its failover detector outlives the connection that it was opened for. A failover that it reports
 *   while the next connection is being opened aborts that one, and the client ends for good
 *   ("Connection is closed.").
 * - Nobody hears the errors of the connections to Sentinels: ioredis prints each of them with its
 *   stack, every few seconds for as long as a Sentinel is away.
 */
export function createFollowingConnector(listener: SentinelListener) {
  return class FollowingConnector extends SentinelConnector {
    readonly #lost = new Set<string>();

    constructor(options: unknown) {
      super(options as SentinelConnectionOptions);
      const internals = this as unknown as Internals;
      const connect = internals.connectToSentinel.bind(this);
      internals.connectToSentinel = (address, settings) => {
        const sentinel = connect(address, settings);
        this.#watch(sentinel, `${address.host}:${address.port}`);
        return sentinel;
      };
    }

    override connect(
      ...args: Parameters<SentinelConnector["connect"]>
    ): ReturnType<SentinelConnector["connect"]> {
      // Nothing else ends it. A new one is opened with the connection.
      (this as unknown as Internals).failoverDetector?.cleanup();
      return super.connect(...args);
    }

    #watch(sentinel: Redis, address: string): void {
      sentinel.on("error", (error: Error) => {
        if (this.#lost.has(address)) return;
        this.#lost.add(address);
        listener.lost(address, error);
      });
      sentinel.on("ready", () => {
        if (this.#lost.delete(address)) listener.back(address);
      });
    }
  };
}
