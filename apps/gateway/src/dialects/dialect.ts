import type { z } from "zod";
import type { GatewayError } from "../errors/gateway-error.ts";

/** What the gateway must know of a body; everything else passes through unread. */
export type KnownFields = {
  readonly model?: string | null | undefined;
  readonly models?: readonly string[] | null | undefined;
  readonly fallbacks?: readonly { readonly model: string }[] | null | undefined;
  readonly stream?: boolean | null | undefined;
  readonly service_tier?: unknown;
  readonly background?: unknown;
};

/**
 * One kind of request that goes through the queue: OpenRouter's endpoints differ in the required
 * fields and in the form of errors, and in nothing else that matters here.
 */
export type Dialect = {
  /** Below OPENROUTER_BASE_URL, and below /v1 and /api/v1 of the gateway. */
  readonly path: string;
  /** It gets small fields unchanged, and only a stand-in for {@link Dialect.contentField}. */
  readonly schema: z.ZodType<KnownFields>;
  /** The field with the prompt: only its type is checked, and whether it is empty. */
  readonly contentField: "messages" | "prompt" | "input";
  /** One line for the description of the API. */
  readonly summary: string;
  readonly canStream: boolean;
  /** A valid body. */
  readonly example: object;
  /** Schema of what {@link Dialect.toErrorBody} returns. */
  readonly errorSchema: z.ZodType;
  /** The JSON body of an error of our own. */
  toErrorBody(error: GatewayError): object;
  /**
   * Brings the JSON body of an upstream error into the form that the dialect's clients read,
   * without removing anything. Absent where OpenRouter's own form is that form.
   */
  fitErrorBody?(body: object, status: number): object;
  /**
   * An error after the stream has begun, in OpenRouter's form.
   *
   * @param body a JSON body of an error: of our own, or OpenRouter's.
   */
  toErrorEvent(body: object, model: string): string;
  /** The events of a stream that are equivalent to a complete answer, up to its end. */
  toAnswerEvents(body: Record<string, unknown>): string;
};
