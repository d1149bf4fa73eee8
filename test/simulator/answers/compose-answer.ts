import type { CallRecord } from "../calls/call-log.ts";
import type { ModelAnswer } from "../dialects/dialect.ts";
import { findFlaw } from "../faults/fault-traits.ts";
import type { CertainFault } from "../faults/faults.ts";
import { nameProvider } from "../models/models.ts";
import { routeModel } from "../models/route-model.ts";
import type { CompletionRequest } from "../request.ts";
import type { ResolvedSettings } from "../settings.ts";
import { composeContent } from "./content.ts";

const BYTES_PER_TOKEN = 4;
const ID_LENGTH = 20;

/** Composes what the model says: its content depends on the request, the settings and the fault alone. */
export function composeAnswer(
  settings: ResolvedSettings,
  { at, n }: CallRecord,
  request: CompletionRequest & { model: string },
  fault: CertainFault | undefined,
): ModelAnswer {
  const { tool, model, needs } = request;
  const { content, pieces, isCut } = composeContent(
    request,
    settings,
    tool === null ? findFlaw(fault) : undefined,
  );
  const created = Math.floor(at / 1000);
  const serial = n.toString(36).padStart(ID_LENGTH, "0");
  const input = JSON.stringify({ input: request.prompt });
  const ran = routeModel(settings, { model, n, needs });
  return {
    id: `gen-${created}-${serial}`,
    created,
    model: ran,
    provider: nameProvider(ran),
    content,
    pieces,
    isCut,
    toolCall:
      tool === null
        ? null
        : { id: `call_${serial}`, name: tool, arguments: input },
    inputs: request.inputs,
    wantsBase64: request.wantsBase64,
    promptTokens: countTokens(request.prompt),
    completionTokens: countTokens(content),
    cost: 0,
  };
}

function countTokens(text: string): number {
  return Math.ceil(text.length / BYTES_PER_TOKEN);
}
