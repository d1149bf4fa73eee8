import { errorMessageSchema } from "@openrouter-free-pool/shared/api/error-object";
import { exitCodes } from "../output/exit-codes.ts";
import { RequestError } from "./request-error.ts";

/** Refusals below 500 that say nothing of the request itself. */
const passingStatuses: ReadonlySet<number> = new Set([408, 429]);

/** Makes an error of an answer that is not a success. */
export async function readRefusal(response: Response): Promise<RequestError> {
  const { status } = response;
  const text = await response.text().catch(() => "");
  return new RequestError(`${status}: ${readMessage(text)}`, {
    exitCode: status < 500 ? exitCodes.usage : exitCodes.error,
    status,
    isPassing: status >= 500 || passingStatuses.has(status),
  });
}

function readMessage(text: string): string {
  try {
    const body = errorMessageSchema.safeParse(JSON.parse(text));
    return body.data?.error.message ?? text;
  } catch {
    return text.slice(0, 200);
  }
}
