import {
  answerChecksForm,
  parseAnswerChecks,
} from "@openrouter-free-pool/shared/api/answer-checks";
import { listMessages } from "@openrouter-free-pool/shared/api/list-problems";
import { priorityNames } from "@openrouter-free-pool/shared/queue/priorities";
import type { Request } from "express";
import { z } from "zod";
import { GatewayError } from "../errors/gateway-error.ts";
import { quote } from "../errors/quote.ts";

/** One of several words, in any case. */
function word<const Words extends readonly [string, ...string[]]>(
  words: Words,
) {
  const error = `wants ${words.join(", ")}`;
  return z.string().toLowerCase().pipe(z.enum(words, { error }));
}

/** Headers with which a client controls its request. The description of the API is built from them. */
export const requestHeaders = {
  "X-Max-Wait-Ms": z
    .string()
    .regex(/^\d{1,15}$/, "wants whole milliseconds")
    .meta({
      description:
        "How long the request may wait in the queue, in ms; it can only shorten MAX_WAIT_MS",
    }),
  "X-Priority": word(priorityNames).meta({
    description:
      'How urgent it is, normal by default; without it `"service_tier": "flex"` counts as low',
  }),
  "Idempotency-Key": z
    .string()
    .regex(
      /^[\x21-\x7e]{1,255}$/,
      "wants 1 to 255 printable characters without blanks",
    )
    .meta({
      description:
        "Requests with the same key share one call and its answer, at the same time or later; who joins waits for as long as the first may",
    }),
  "X-Answer-Check": z
    .string()
    .refine((list) => parseAnswerChecks(list) !== undefined, {
      error: `wants ${answerChecksForm}`,
    })
    .meta({
      description:
        "What a plain answer must pass, comma-separated: `content` (it is not empty), `complete` (not cut off by length), `json` (its text is JSON), `schema` (valid against the schema of `response_format`); or `none`. One that does not is called again, `MAX_ATTEMPTS` in all",
    }),
  "X-Keep-Alive": word(["whitespace", "none"]).meta({
    description:
      "For plain requests behind impatient proxies: `whitespace` has white space sent while the request waits. From then on the status is 200, and an error comes in the body. `none` has nothing sent, also for clients on Node.js, which otherwise get white space shortly before their own timeout",
  }),
  "Cache-Control": z.string().meta({
    description:
      "Where the response cache is on: `no-cache` wants a fresh answer, `no-store` also one that is not kept",
  }),
  "X-Request-Id": z
    .string()
    .regex(/^[\w.:-]{1,128}$/)
    .meta({
      description:
        "An id of the client's own, for the logs; another one is made when it cannot be used",
    }),
};

type Headers = typeof requestHeaders;

/**
 * Reads one of them; undefined when it is absent.
 *
 * @throws {GatewayError} `invalid-request`.
 */
export function readHeader<Name extends keyof Headers>(
  request: Request,
  name: Name,
): z.output<Headers[Name]> | undefined {
  const given = request.get(name)?.trim();
  if (given === undefined) return undefined;
  const parsed = requestHeaders[name].safeParse(given);
  if (parsed.success) return parsed.data as z.output<Headers[Name]>;
  const wanted = listMessages(parsed.error);
  throw new GatewayError(
    "invalid-request",
    `${name}: got ${quote(given)}, ${wanted}`,
  );
}
