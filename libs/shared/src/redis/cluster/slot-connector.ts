import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectSecurely } from "node:tls";
import { AbstractConnector, type RedisOptions } from "ioredis";
import type { ClusterNode } from "./ask-node.ts";
import type { Follower, SlotOwner } from "./slot-owner.ts";

/** How soon the nodes are asked again while the slot has no usable owner. */
const askAgainMs = 100;

type ReportError = (event: "error", error: Error) => void;

/** Makes the class by which ioredis connects to the owner of the slot. */
export function createSlotConnector(owner: SlotOwner) {
  return class SlotConnector extends AbstractConnector implements Follower {
    readonly #tls: RedisOptions["tls"];
    node: ClusterNode | undefined;

    constructor(options: unknown) {
      const { disconnectTimeout = 0, tls } = options as RedisOptions;
      super(disconnectTimeout);
      this.#tls = tls;
    }

    /** Waits until there is an owner. */
    async connect(report: ReportError): Promise<Socket> {
      this.connecting = true;
      this.node = await this.#find(report);
      const { host, port } = this.node;
      const socket = this.#tls
        ? connectSecurely({ host, port, ...this.#tls })
        : connect({ host, port });
      socket.once("error", (error) => {
        this.firstError = error;
      });
      socket.once("close", owner.follow(this));
      this.stream = socket;
      return socket;
    }

    leave(): void {
      this.disconnect();
    }

    async #find(report: ReportError): Promise<ClusterNode> {
      for (let isReported = false; ; isReported = true) {
        const found = await owner.find().catch((error: Error) => error);
        // The connection was given up meanwhile.
        if (!this.connecting) throw new Error("Connection is closed.");
        if (!(found instanceof Error)) return found;
        if (!isReported) report("error", found);
        await sleep(askAgainMs);
      }
    }
  };
}
