import { requestHeaders } from "../requests/request-headers.ts";
import type { Parameter } from "./operation.ts";
import { toSchema } from "./to-schema.ts";

/** Request headers for wait, priority, idempotency and the like. */
export const completionParameters: readonly Parameter[] = Object.entries(
  requestHeaders,
).map(([name, header]) => {
  const { description, ...schema } = toSchema(header, "output");
  return { name, in: "header", description: String(description), schema };
});
