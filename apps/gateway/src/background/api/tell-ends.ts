import type { Logger } from "pino";
import { isMissing } from "../../storage/storage-error.ts";
import type { PublishEvent } from "../../webhooks/events/event.ts";
import type { BackgroundContents } from "../contents/background-contents.ts";
import {
  type BackgroundOrder,
  type BackgroundRecord,
  isResponse,
} from "../records/background-record.ts";
import type { BackgroundStore } from "../records/background-store.ts";
import { type ResponseEnd, toEndStatus } from "./response-object.ts";

/** Publishes how responses have ended. */
type TellEnds = {
  /** Called by whoever has ended a response. */
  tell(order: BackgroundOrder, end: ResponseEnd): Promise<void>;
  /** Publishes the ends whose gateway was killed before it could. */
  tellLeft(): Promise<void>;
};

/** Builds {@link TellEnds}. Publishing an end twice makes one event. */
export function createTellEnds(deps: {
  store: BackgroundStore;
  contents: BackgroundContents;
  publish: PublishEvent;
  logger: Logger;
}): TellEnds {
  const { store, contents, logger } = deps;

  async function tell(order: BackgroundOrder, end: ResponseEnd): Promise<void> {
    if (!isResponse(order)) return;
    await deps.publish(`response.${end}`, order.id, order.owner);
    await store.setTold(order.id);
  }

  /** @returns undefined when there is nothing to publish, or nobody who can ask for it. */
  async function findEnd(
    record: BackgroundRecord | undefined,
  ): Promise<ResponseEnd | undefined> {
    if (record?.status === "cancelled") return "cancelled";
    if (record?.status !== "answered" || !record.answer) return undefined;
    const { status } = record.answer;
    const body = await contents.readAnswer(record.answer);
    return toEndStatus({ status, body });
  }

  async function tellLate(id: string): Promise<void> {
    const record = await store.find(id);
    const end = await findEnd(record).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (record && end) await tell(record.order, end);
    else await store.setTold(id);
  }

  return {
    tell,
    async tellLeft() {
      for (const id of await store.findUntold()) {
        await tellLate(id).catch((error: unknown) =>
          logger.warn({ id, err: error }, "The end of a response is not told"),
        );
      }
    },
  };
}
