/** Dollars per token (and per request), as OpenRouter writes them. */
export type Prices = { prompt: string; completion: string; request?: string };

/** What `GET /models` tells about a model. */
export type ModelFacts = {
  id: string;
  name: string;
  contextLength: number;
  inputModalities: string[];
  outputModalities: string[];
  supportedParameters: string[];
  /** `YYYY-MM-DD`, when the model is about to go. */
  expirationDate: string | null;
  prices: Prices;
  /** Unix seconds. */
  created: number;
};

const USUAL_PARAMETERS = [
  "max_tokens",
  "response_format",
  "seed",
  "stop",
  "temperature",
  "tool_choice",
  "tools",
  "top_p",
];
const FREE: Prices = { prompt: "0", completion: "0" };
/** Of paid models whose prices nobody gave. */
const PAID: Prices = { prompt: "0.000001", completion: "0.000002" };

/** What is assumed of a model that only the settings name. */
export function describeUnlisted(id: string, isFree: boolean): ModelFacts {
  return {
    id,
    name: id,
    contextLength: 131_072,
    inputModalities: ["text"],
    outputModalities: ["text"],
    supportedParameters: USUAL_PARAMETERS,
    expirationDate: null,
    prices: isFree ? FREE : PAID,
    created: 1_760_000_000,
  };
}

function entry(
  facts: Pick<ModelFacts, "id" | "name" | "contextLength" | "created"> &
    Partial<ModelFacts>,
  ...moreParameters: string[]
): ModelFacts {
  return {
    ...describeUnlisted(facts.id, true),
    supportedParameters: [...USUAL_PARAMETERS, ...moreParameters].toSorted(),
    ...facts,
  };
}

/** The models that are always there. */
export const CATALOGUE: readonly ModelFacts[] = [
  entry({
    id: "openrouter/free",
    name: "Free Models Router",
    contextLength: 200_000,
    created: 1_769_917_427,
    inputModalities: ["text", "image"],
  }),
  entry(
    {
      id: "google/gemma-4-31b-it:free",
      name: "Google: Gemma 4 31B (free)",
      contextLength: 262_144,
      created: 1_775_148_486,
    },
    "structured_outputs",
  ),
  entry({
    id: "meta-llama/llama-3.3-70b-instruct:free",
    name: "Meta: Llama 3.3 70B Instruct (free)",
    contextLength: 131_072,
    created: 1_733_506_137,
  }),
  entry(
    {
      id: "qwen/qwen3-coder:free",
      name: "Qwen: Qwen3 Coder 480B A35B (free)",
      contextLength: 262_000,
      created: 1_753_230_546,
    },
    "structured_outputs",
    "top_k",
  ),
  entry(
    {
      id: "openai/gpt-oss-20b:free",
      name: "OpenAI: gpt-oss-20b (free)",
      contextLength: 131_072,
      created: 1_754_414_229,
    },
    "include_reasoning",
    "reasoning",
  ),
  entry(
    {
      id: "mistralai/mistral-small-3.2-24b-instruct:free",
      name: "Mistral: Mistral Small 3.2 24B (free)",
      contextLength: 131_072,
      created: 1_750_443_016,
    },
    "structured_outputs",
  ),
  entry(
    {
      id: "nvidia/nemotron-nano-9b-v2:free",
      name: "NVIDIA: Nemotron Nano 9B V2 (free)",
      contextLength: 128_000,
      created: 1_757_106_807,
    },
    "include_reasoning",
    "reasoning",
    "structured_outputs",
  ),
  entry(
    {
      id: "test/model:free",
      name: "Test: Model (free)",
      contextLength: 131_072,
      created: 1_760_000_000,
    },
    "structured_outputs",
  ),
  // OpenRouter's own way to say that the price is that of the model picked.
  entry({
    id: "openrouter/auto",
    name: "Auto Router",
    contextLength: 2_000_000,
    created: 1_699_401_600,
    prices: { prompt: "-1", completion: "-1" },
    inputModalities: ["text", "image"],
  }),
  entry(
    {
      id: "openai/gpt-4o-mini",
      name: "OpenAI: GPT-4o-mini",
      contextLength: 128_000,
      created: 1_721_260_800,
      prices: { prompt: "0.00000015", completion: "0.0000006" },
      inputModalities: ["text", "image"],
    },
    "logprobs",
    "structured_outputs",
  ),
  entry(
    {
      id: "anthropic/claude-sonnet-4",
      name: "Anthropic: Claude Sonnet 4",
      contextLength: 1_000_000,
      created: 1_747_930_371,
      prices: { prompt: "0.000003", completion: "0.000015" },
      inputModalities: ["text", "image"],
    },
    "include_reasoning",
    "reasoning",
  ),
  entry({
    id: "openai/text-embedding-3-small",
    name: "OpenAI: Text Embedding 3 Small",
    contextLength: 8_192,
    created: 1_761_862_866,
    prices: { prompt: "0.00000002", completion: "0" },
    outputModalities: ["embeddings"],
  }),
];
