/** What the limiter must know of a request to decide on it, in the form that `decide.lua` reads. */
type DecisionRequest = {
  readonly gatewayId: string;
  /** Models that may answer, best one first; at least one. */
  readonly models: readonly string[];
  /** One character for each model: `f` uses the free quota, `p` is paid for. */
  readonly tariffs: string;
  /** When the client stops waiting, ms since the epoch of Redis's clock; never when absent. */
  readonly deadline?: number;
  /** Accounts that refuse the request. */
  readonly refusing?: readonly string[];
  /** The client whose budget and share it uses; absent without client keys. */
  readonly share?: Share;
};

type Share = {
  readonly client: string;
  /** Only for a job in line. */
  readonly weight?: number;
};

/** Makes a {@link DecisionRequest}. */
export function toDecisionRequest(request: {
  readonly gatewayId: string;
  readonly models: readonly string[];
  readonly paidModels?: Pick<ReadonlySet<string>, "has"> | undefined;
  readonly deadline?: number | undefined;
  readonly refusing?: ReadonlySet<string> | undefined;
  readonly share?: Share | undefined;
}): DecisionRequest {
  const { gatewayId, models, paidModels, deadline, refusing, share } = request;
  const tariffOf = (model: string) => (paidModels?.has(model) ? "p" : "f");
  return {
    gatewayId,
    // Lua's JSON does not accept lone surrogates.
    models: models.map((model) => model.toWellFormed()),
    tariffs: models.map(tariffOf).join(""),
    ...(deadline === undefined ? {} : { deadline }),
    ...(refusing && refusing.size > 0 ? { refusing: [...refusing] } : {}),
    ...(share ? { share } : {}),
  };
}
