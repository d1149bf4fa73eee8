import type { ResolvedSettings } from "../settings.ts";
import type { ModelFacts } from "./catalogue.ts";
import { listFacts } from "./models.ts";

const WITHOUT_PARAMETER = "text";

function describe(facts: ModelFacts): Record<string, unknown> {
  const { inputModalities, outputModalities, prices } = facts;
  return {
    id: facts.id,
    canonical_slug: facts.id.replace(/:free$/, ""),
    hugging_face_id: null,
    name: facts.name,
    created: facts.created,
    description: `${facts.name}, as played by the simulator.`,
    context_length: facts.contextLength,
    architecture: {
      modality: `${inputModalities.join("+")}->${outputModalities.join("+")}`,
      input_modalities: inputModalities,
      output_modalities: outputModalities,
      tokenizer: "Other",
      instruct_type: null,
    },
    pricing: {
      prompt: prices.prompt,
      completion: prices.completion,
      request: prices.request ?? "0",
      image: "0",
      web_search: "0",
      internal_reasoning: "0",
    },
    top_provider: {
      context_length: facts.contextLength,
      max_completion_tokens: null,
      is_moderated: false,
    },
    per_request_limits: null,
    supported_parameters: facts.supportedParameters,
    default_parameters: {},
    supported_voices: null,
    expiration_date: facts.expirationDate,
    links: { details: `/api/v1/models/${facts.id}/endpoints` },
  };
}

function linkPage(
  page: { offset: number; limit: number },
  modalities: string | null,
): string {
  const query = new URLSearchParams({
    offset: String(page.offset),
    limit: String(page.limit),
    ...(modalities === null ? {} : { output_modalities: modalities }),
  });
  return `/api/v1/models?${query}`;
}

/** The body of `GET /models`: a page of what is listed and has one of the output modalities asked for. */
export function listModels(
  settings: ResolvedSettings,
  query: URLSearchParams,
): Record<string, unknown> {
  const offset = Number(query.get("offset") ?? 0);
  const limit = Number(query.get("limit") ?? settings.modelsPerPage);
  const modalities = query.get("output_modalities");
  const wanted = (modalities ?? WITHOUT_PARAMETER).split(",");
  const all = listFacts(settings).filter(
    ({ outputModalities }) =>
      wanted.includes("all") ||
      outputModalities.some((modality) => wanted.includes(modality)),
  );
  const end = offset + limit;
  const next = linkPage({ offset: end, limit }, modalities);
  return {
    data: all.slice(offset, end).map(describe),
    total_count: all.length,
    links: { next: end < all.length ? next : null },
  };
}
