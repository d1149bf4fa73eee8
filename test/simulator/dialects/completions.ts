import {
  buildUsage,
  type Dialect,
  DONE,
  type EmbeddedError,
  frame,
  type ModelAnswer,
  nameFinishReason,
  type StreamFrame,
} from "./dialect.ts";

function buildCompletion(
  answer: ModelAnswer,
  text: string,
  reason: string | null,
): Record<string, unknown> {
  return {
    id: answer.id,
    provider: answer.provider,
    model: answer.model,
    object: "text_completion",
    created: answer.created,
    choices: [
      {
        index: 0,
        text,
        logprobs: null,
        finish_reason: reason,
        native_finish_reason: reason,
      },
    ],
  };
}

function buildBody(answer: ModelAnswer): Record<string, unknown> {
  const body = buildCompletion(
    answer,
    answer.content,
    nameFinishReason(answer),
  );
  return { ...body, usage: buildUsage(answer) };
}

function* streamFrames(answer: ModelAnswer): Iterable<StreamFrame> {
  for (const piece of answer.pieces) {
    yield frame(buildCompletion(answer, piece, null), true);
  }
  yield frame(buildCompletion(answer, "", nameFinishReason(answer)));
  const usage = buildUsage(answer);
  yield frame({ ...buildCompletion(answer, "", null), usage });
  yield DONE;
}

function buildErrorFrame(answer: ModelAnswer, error: EmbeddedError): string {
  return frame({ ...buildCompletion(answer, "", "error"), error }).text;
}

/** `POST /completions`. */
export const completions: Dialect = {
  buildBody,
  streamFrames,
  buildErrorFrame,
};
