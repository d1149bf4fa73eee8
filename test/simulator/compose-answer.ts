import type { CallRecord } from "./call-log.ts";
import { buildContent, splitContent } from "./content.ts";
import type { ModelAnswer } from "./dialects/dialect.ts";
import { nameProvider, routeModel } from "./models.ts";
import type { CompletionRequest } from "./request.ts";
import type { ResolvedSettings } from "./settings.ts";

const BYTES_PER_TOKEN = 4;
const ID_LENGTH = 20;

/** Composes what the model says: its content depends on the prompt and the settings alone. */
export function composeAnswer(
  settings: ResolvedSettings,
  record: CallRecord,
  model: string,
  request: CompletionRequest,
): ModelAnswer {
  const content = buildContent(request.prompt, settings);
  const created = Math.floor(record.at / 1000);
  const serial = record.n.toString(36).padStart(ID_LENGTH, "0");
  const input = JSON.stringify({ input: request.prompt });
  const { tool } = request;
  const ran = routeModel(model, record.n);
  return {
    id: `gen-${created}-${serial}`,
    created,
    model: ran,
    provider: nameProvider(ran),
    content,
    pieces: request.stream ? splitContent(content, settings) : [],
    toolCall:
      tool === null
        ? null
        : { id: `call_${serial}`, name: tool, arguments: input },
    inputs: request.inputs,
    wantsBase64: request.wantsBase64,
    promptTokens: countTokens(request.prompt),
    completionTokens: countTokens(content),
  };
}

function countTokens(text: string): number {
  return Math.ceil(text.length / BYTES_PER_TOKEN);
}
