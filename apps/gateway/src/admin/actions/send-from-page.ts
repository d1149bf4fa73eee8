import { GatewayError } from "../../errors/gateway-error.ts";
import type { ManageDeliveries } from "../../webhooks/deliveries/manage-deliveries.ts";
import { say } from "../../words/say.ts";

const from = "page";

/** Builds what sends an event again. @returns true, or why it cannot be sent. */
export function createSendFromPage(
  deliveries: Pick<ManageDeliveries, "sendAgain">,
): (eventId: string) => Promise<true | string> {
  return async function sendFromPage(eventId) {
    try {
      await deliveries.sendAgain(eventId, from);
    } catch (error) {
      if (error instanceof GatewayError)
        return say("common.sentence", { text: error.message });
      throw error;
    }
    return true;
  };
}
