import { otherModels } from "@openrouter-free-pool/shared/usage/usage-counts";
import type { RecordUsage } from "@openrouter-free-pool/shared/usage/usage-recorder";

/** How a request of a client, or a line of its batch, ended. */
export type EndedRequest = {
  /** Id of the client; undefined without client keys. */
  readonly client: string | undefined;
  /** The model that was called, else the one that was requested. */
  readonly model: string | undefined;
  readonly isAnswered: boolean;
  /** How long it waited, if known. */
  readonly queueMs: number | undefined;
};

/** Counts the end of a request as its client's use. */
export type RecordRequest = (request: EndedRequest) => void;

/**
 * Builds {@link RecordRequest}. Workers count calls and tokens.
 *
 * @param isListed whether a name is that of a model or an alias: other names are clients' typing
 * errors.
 */
export function createRecordRequest(
  record: RecordUsage,
  isListed: (name: string) => boolean,
): RecordRequest {
  return ({ client, model, isAnswered, queueMs }) => {
    const isKnown = model !== undefined && isListed(model);
    record(client, isKnown ? model : otherModels, {
      [isAnswered ? "answers" : "errors"]: 1,
      ...(queueMs === undefined ? {} : { waits: 1, waitMs: queueMs }),
    });
  };
}
