import { otherModels } from "@openrouter-free-pool/shared/usage/usage-counts";
import type { RecordUsage } from "@openrouter-free-pool/shared/usage/usage-recorder";

/** How a request of a client, or a line of its batch, ended. */
export type EndedRequest = {
  /** Id of the client; undefined without client keys. */
  readonly client: string | undefined;
  readonly requestedModel: string | undefined;
  /** The model that was called for it; undefined when none was. */
  readonly calledModel: string | undefined;
  readonly isAnswered: boolean;
  /** How long it waited, if known. */
  readonly queueMs: number | undefined;
};

/** Counts the end of a request as its client's use. */
export type RecordRequest = (request: EndedRequest) => void;

/**
 * Builds {@link RecordRequest}. Workers count calls and tokens, by the model that was called.
 *
 * @param isListed whether a name is that of a model or an alias: other names that were not called are clients'
 * typing errors.
 */
export function createRecordRequest(
  record: RecordUsage,
  isListed: (name: string) => boolean,
): RecordRequest {
  return ({ client, requestedModel, calledModel, isAnswered, queueMs }) => {
    const isKnown = requestedModel !== undefined && isListed(requestedModel);
    const model = calledModel ?? (isKnown ? requestedModel : otherModels);
    record(client, model, {
      [isAnswered ? "answers" : "errors"]: 1,
      ...(queueMs === undefined ? {} : { waits: 1, waitMs: queueMs }),
    });
  };
}
