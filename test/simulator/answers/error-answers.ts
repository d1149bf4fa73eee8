import type { ErrorFault, PlainStatusKind } from "../faults/faults.ts";
import { encodeAnswer } from "./encode-answer.ts";
import type { ErrorContext } from "./error-context.ts";
import {
  cloudflareAnswer,
  type HttpAnswer,
  jsonAnswer,
} from "./http-answer.ts";
import {
  buildAccountDay,
  buildAccountMinute,
  buildAccountResetAfter,
  buildCloudflare429,
  buildGeneric429,
  buildModelCap,
  buildProviderPool,
} from "./rate-limit-answers.ts";

type PlainError = {
  status: number;
  message: (context: ErrorContext) => string;
  metadata?: (context: ErrorContext) => Record<string, unknown>;
};

function say(status: number, message: string): PlainError {
  return { status, message: () => message };
}

function providerError(status: number, raw: string): PlainError {
  return {
    status,
    message: () => "Provider returned error",
    metadata: ({ provider }) => ({ raw, provider_name: provider }),
  };
}

const INVALID_ID: PlainError = {
  status: 400,
  message: ({ model }) => `${model} is not a valid model ID`,
};

const PLAIN_ERRORS: Record<PlainStatusKind, PlainError> = {
  "400": say(400, "Invalid value for `temperature`: it must be at most 2"),
  "400-invalid-id": INVALID_ID,
  "400-context-length": say(
    400,
    "This endpoint's maximum context length is exceeded.",
  ),
  "401": say(401, "User not found."),
  "402": {
    status: 402,
    message: () =>
      "Insufficient credits. Add more using https://openrouter.ai/settings/credits",
    metadata: () => ({ limit_source: "openrouter_credits" }),
  },
  "403-moderation": {
    status: 403,
    message: ({ model, provider }) =>
      `${model} requires moderation on ${provider}. Your input was flagged for "violence". No credits were charged.`,
    metadata: ({ model, provider }) => ({
      reasons: ["violence"],
      flagged_input: "…",
      provider_name: provider,
      model_slug: model,
    }),
  },
  "403-key-limit": say(
    403,
    "Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys",
  ),
  "404-no-endpoints": {
    status: 404,
    message: ({ model }) => `No endpoints found for ${model}.`,
  },
  "404-period-ended": {
    status: 404,
    message: ({ model, modelName }) =>
      `The free ${modelName} period has ended. To continue using this model, please migrate to the paid slug: ${model.replace(/:free\b.*$/, "")}`,
  },
  "404-tool-use": say(
    404,
    "No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing",
  ),
  "404-image-input": say(404, "No endpoints found that support image input"),
  "404-parameters": say(
    404,
    "No endpoints found that can handle the requested parameters.",
  ),
  "404-data-policy": say(
    404,
    "No endpoints found matching your data policy (Free model training). Configure: https://openrouter.ai/settings/privacy",
  ),
  "404-guardrails": say(
    404,
    "No endpoints available matching your guardrail restrictions and data policy. Configure: https://openrouter.ai/settings/privacy",
  ),
  "408": say(408, "Request Timeout"),
  "413": say(413, "Request Entity Too Large"),
  "422": say(422, "Unprocessable Entity"),
  "500": say(500, "Internal Server Error"),
  "502": providerError(502, "upstream connect error"),
  "503": providerError(503, "The model is overloaded. Please try again later."),
  "504": providerError(504, "upstream request timeout"),
  "524": providerError(524, "error code: 524"),
  "529": providerError(529, "Overloaded"),
};

function buildPlainError(
  fault: Extract<ErrorFault, { kind: PlainStatusKind }>,
  context: ErrorContext,
): HttpAnswer {
  const { status, message, metadata } = PLAIN_ERRORS[fault.kind];
  const error = {
    message: fault.message ?? message(context),
    code: status,
    ...(metadata === undefined ? {} : { metadata: metadata(context) }),
  };
  const seconds = fault.retryAfterSeconds;
  const headers: Record<string, string> =
    seconds === undefined ? {} : { "Retry-After": String(seconds) };
  // Who the caller is cannot be told of a key that nobody owns.
  const body = status === 401 ? { error } : { error, user_id: context.userId };
  return jsonAnswer(status, body, headers);
}

/** Writes the answer of a failed call, word by word as OpenRouter (or Cloudflare) does. */
export function buildErrorAnswer(
  fault: ErrorFault,
  context: ErrorContext,
): HttpAnswer {
  switch (fault.kind) {
    case "429-account-minute":
      return buildAccountMinute(fault, context);
    case "429-account-day":
      return buildAccountDay(fault, context);
    case "429-account-reset-after":
      return buildAccountResetAfter(fault, context);
    case "429-model-cap":
      return buildModelCap(fault, context);
    case "429-provider-pool":
      return buildProviderPool(fault, context);
    case "429-generic":
      return buildGeneric429(fault);
    case "429-cloudflare":
      return buildCloudflare429(fault);
    case "502-html":
      return cloudflareAnswer(502, "502 Bad Gateway");
    case "custom":
      return encodeAnswer(
        {
          status: fault.status,
          headers: fault.headers ?? {},
          body: fault.body,
        },
        fault.encoding,
      );
    default:
      return buildPlainError(fault, context);
  }
}
