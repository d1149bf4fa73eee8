import type { ModelRecord } from "@openrouter-free-pool/shared/models/model-records";

/** Weight of the prior, in calls: the hour's own calls soon outweigh it. */
const priorCalls = 2;
/** Models whose expected success differs by less count as equal; the faster one comes first. */
const successStep = 0.05;
/** Nothing is known: even odds. */
const unknownSuccess = 0.5;

/** What models are ranked by. */
export type RankedBy = {
  readonly records: ReadonlyMap<string, ModelRecord>;
  readonly isCooling: (model: string) => boolean;
};

/**
 * Sorts models, best record first: cooling models last, then by expected success, then by the time
 * of an answer, then in the given order.
 */
export function rankModels<Model extends { readonly id: string }>(
  models: readonly Model[],
  { records, isCooling }: RankedBy,
): readonly Model[] {
  return models
    .map((model) => {
      const record = records.get(model.id);
      return {
        model,
        isCooling: isCooling(model.id),
        success: Math.round(expectSuccess(record) / successStep),
        latencyMs: latencyOf(record),
      };
    })
    .sort(
      (a, b) =>
        Number(a.isCooling) - Number(b.isCooling) ||
        b.success - a.success ||
        a.latencyMs - b.latencyMs,
    )
    .map(({ model }) => model);
}

/**
 * The day's record is the prior of the hour's (Laplace's rule of succession), and the hour's own
 * calls soon outweigh it: a model that begins to fail sinks after a few calls.
 */
function expectSuccess(record: ModelRecord | undefined): number {
  if (!record) return unknownSuccess;
  const { hour, day } = record;
  const usual = (day.answered + 1) / (day.calls + 2);
  return (hour.answered + priorCalls * usual) / (hour.calls + priorCalls);
}

/** A model that has not answered lately comes after those that have. */
function latencyOf(record: ModelRecord | undefined): number {
  return (
    record?.hour.latencyP50Ms ?? record?.day.latencyP50Ms ?? Number.MAX_VALUE
  );
}
