import { HeldBody } from "../../bodies/held-body.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import { isMissing } from "../../storage/storage-error.ts";
import type { BackgroundContents } from "../contents/background-contents.ts";
import { isResponse } from "../records/background-record.ts";
import type { BackgroundStore } from "../records/background-store.ts";
import type { StartBackground } from "./start-background.ts";

/** Sends an ended background request again. @returns true, or why it cannot be sent. */
export type SendBackgroundAgain = (id: string) => Promise<true | string>;

/**
 * Builds {@link SendBackgroundAgain}. Clients rely on an end being final: so it makes another
 * request of the same client, with a new id.
 */
export function createSendBackgroundAgain(deps: {
  store: BackgroundStore;
  contents: BackgroundContents;
  startBackground: StartBackground;
}): SendBackgroundAgain {
  const { store, contents, startBackground } = deps;
  return async function sendAgain(id) {
    const record = await store.find(id);
    if (!record || record.status === "deleted") {
      return "This request is gone, and its prompt with it.";
    }
    if (record.status === "open") return "This request has not ended.";
    const { order } = record;
    const {
      owner,
      createdAt: _c,
      fingerprint: _f,
      keptMs: _k,
      ...rest
    } = order;
    const { id: _i, body: _b, ...asked } = rest;
    try {
      const body = await contents.readBody(order);
      await startBackground({
        kind: isResponse(order) ? "response" : "request",
        submission: {
          ...asked,
          client: owner,
          isStream: false,
          body: new HeldBody(body),
          receivedAt: Date.now(),
        },
        body,
        caller: undefined,
        idempotency: undefined,
      });
      return true;
    } catch (error) {
      if (isMissing(error)) return "The storage has lost its prompt.";
      if (error instanceof GatewayError) return `${error.message}.`;
      throw error;
    }
  };
}
