type CatalogueEntry = {
  id: string;
  name: string;
  contextLength: number;
  /** Dollars per token, as OpenRouter writes them. */
  prompt: string;
  completion: string;
  modality: string;
  /** Unix seconds. */
  created: number;
};

function free(
  id: string,
  name: string,
  contextLength: number,
  created: number,
): CatalogueEntry {
  const modality = "text->text";
  const prices = { prompt: "0", completion: "0" };
  return { id, name, contextLength, created, modality, ...prices };
}

const CATALOGUE: CatalogueEntry[] = [
  free("openrouter/free", "Free Models Router", 200_000, 1_769_917_427),
  free(
    "google/gemma-4-31b-it:free",
    "Google: Gemma 4 31B (free)",
    262_144,
    1_775_148_486,
  ),
  free(
    "meta-llama/llama-3.3-70b-instruct:free",
    "Meta: Llama 3.3 70B Instruct (free)",
    131_072,
    1_733_506_137,
  ),
  free(
    "qwen/qwen3-coder:free",
    "Qwen: Qwen3 Coder 480B A35B (free)",
    262_000,
    1_753_230_546,
  ),
  free(
    "openai/gpt-oss-20b:free",
    "OpenAI: gpt-oss-20b (free)",
    131_072,
    1_754_414_229,
  ),
  free(
    "mistralai/mistral-small-3.2-24b-instruct:free",
    "Mistral: Mistral Small 3.2 24B (free)",
    131_072,
    1_750_443_016,
  ),
  free(
    "nvidia/nemotron-nano-9b-v2:free",
    "NVIDIA: Nemotron Nano 9B V2 (free)",
    128_000,
    1_757_106_807,
  ),
  {
    id: "openai/gpt-4o-mini",
    name: "OpenAI: GPT-4o-mini",
    contextLength: 128_000,
    prompt: "0.00000015",
    completion: "0.0000006",
    modality: "text+image->text",
    created: 1_721_260_800,
  },
  {
    id: "anthropic/claude-sonnet-4",
    name: "Anthropic: Claude Sonnet 4",
    contextLength: 1_000_000,
    prompt: "0.000003",
    completion: "0.000015",
    modality: "text+image->text",
    created: 1_747_930_371,
  },
  {
    id: "openai/text-embedding-3-small",
    name: "OpenAI: Text Embedding 3 Small",
    contextLength: 8_192,
    prompt: "0.00000002",
    completion: "0",
    modality: "text->embeddings",
    created: 1_761_862_866,
  },
];

const PROVIDERS: Record<string, string> = {
  google: "Google AI Studio",
  "meta-llama": "Together",
  qwen: "Chutes",
  openai: "OpenAI",
  mistralai: "Mistral",
  nvidia: "Nvidia",
  anthropic: "Anthropic",
};

const ROUTER = "openrouter/free";

/** Whether the free-model quota applies to this id. */
export function isFreeModel(model: string): boolean {
  return model.endsWith(":free") || model === ROUTER;
}

/** Whether the catalogue lists this id. */
export function isKnownModel(model: string): boolean {
  return CATALOGUE.some(({ id }) => id === model);
}

/** The provider that is said to have run the model. */
export function nameProvider(model: string): string {
  const slash = model.indexOf("/");
  return PROVIDERS[model.slice(0, slash)] ?? "Simulated";
}

const ROUTED = CATALOGUE.filter(({ id }) => id.endsWith(":free"));

/** The model that answers: the router picks a free one in turn, `n` being the call's number. */
export function routeModel(model: string, n: number): string {
  if (model !== ROUTER) return model;
  return ROUTED[n % ROUTED.length]?.id ?? model;
}

function describe(entry: CatalogueEntry): Record<string, unknown> {
  const [inputs = "text", outputs = "text"] = entry.modality.split("->");
  return {
    id: entry.id,
    canonical_slug: entry.id.replace(/:free$/, ""),
    hugging_face_id: null,
    name: entry.name,
    created: entry.created,
    description: `${entry.name}, as played by the simulator.`,
    context_length: entry.contextLength,
    architecture: {
      modality: entry.modality,
      input_modalities: inputs.split("+"),
      output_modalities: outputs.split("+"),
      tokenizer: "Other",
      instruct_type: null,
    },
    pricing: {
      prompt: entry.prompt,
      completion: entry.completion,
      request: "0",
      image: "0",
      web_search: "0",
      internal_reasoning: "0",
    },
    top_provider: {
      context_length: entry.contextLength,
      max_completion_tokens: null,
      is_moderated: false,
    },
    per_request_limits: null,
    supported_parameters: [
      "max_tokens",
      "response_format",
      "seed",
      "stop",
      "temperature",
      "tool_choice",
      "tools",
      "top_p",
    ],
    default_parameters: {},
    supported_voices: null,
    links: { details: `/api/v1/models/${entry.id}/endpoints` },
  };
}

/** The body of `GET /models`: a page of the catalogue and the models that the settings name besides. */
export function listModels(
  named: string[],
  { offset, limit }: { offset: number; limit: number },
): Record<string, unknown> {
  const others = named
    .filter((id) => !isKnownModel(id))
    .map((id) => free(id, id, 131_072, 1_760_000_000));
  const all = [...CATALOGUE, ...others];
  const end = offset + limit;
  return {
    data: all.slice(offset, end).map(describe),
    total_count: all.length,
    links: {
      next:
        end < all.length ? `/api/v1/models?offset=${end}&limit=${limit}` : null,
    },
  };
}
