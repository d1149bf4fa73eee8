import { isBackgroundId } from "../../background/records/background-record.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text can be the id of a background request. */
export function isBackground(text: string): boolean {
  return isBackgroundId("response", text) || isBackgroundId("request", text);
}

/** Whether a text can name a request to be sent again: a background request, or a job. */
export function isSendTarget(text: string): boolean {
  return isBackground(text) || uuid.test(text);
}
