import {
  describeCredits,
  describeGeneration,
  describeKey,
} from "../account-endpoints.ts";
import { describeCall } from "../calls/admit.ts";
import { type Arrival, authenticate, openRecord } from "../calls/arrival.ts";
import { Reply } from "../calls/reply.ts";
import { isDeliveryFault } from "../faults/fault-traits.ts";
import type { CertainFault } from "../faults/faults.ts";
import { listModels } from "../models/list-models.ts";
import type { Account, Simulation } from "../simulation.ts";
import { buildErrorAnswer } from "./error-answers.ts";
import { type HttpAnswer, jsonAnswer } from "./http-answer.ts";

export type GetEndpoint = {
  /** Without a key, the account is nobody's. */
  needsKey: boolean;
  answer: (
    simulation: Simulation,
    account: Account,
    call: { key: string; query: URLSearchParams },
  ) => HttpAnswer;
};

/** The endpoints that are only read, by their path below the base. */
export const GET_ENDPOINTS: ReadonlyMap<string, GetEndpoint> = new Map([
  [
    "/models",
    {
      needsKey: false,
      answer: ({ settings }, _, { query }) =>
        jsonAnswer(200, listModels(settings, query)),
    },
  ],
  [
    "/key",
    {
      needsKey: true,
      answer: (simulation, account, { key }) =>
        describeKey(simulation, account, key, Date.now()),
    },
  ],
  [
    "/credits",
    { needsKey: true, answer: (_, account) => describeCredits(account) },
  ],
  [
    "/generation",
    {
      needsKey: true,
      answer: (simulation, _, { query }) =>
        describeGeneration(simulation, query.get("id") ?? ""),
    },
  ],
] satisfies [string, GetEndpoint][]);

const NOBODY: Account = { id: "", userId: "", keys: [] };

function findGetFault(
  simulation: Simulation,
  account: Account,
  call: { key: string; path: string },
): CertainFault | undefined {
  const traits = { ...call, account: account.id, model: "", marker: null };
  const scripted = simulation.script.find(
    { ...traits, stream: false },
    () => simulation.random(),
    true,
  );
  scripted?.use();
  if (scripted !== undefined) return scripted.fault;
  // A revoked key is refused everywhere; other standing faults concern completions.
  const standing = simulation.settings.keys[call.key]?.fault;
  return standing?.kind === "401" ? standing : undefined;
}

/** Answers one of them. */
export async function answerGet(
  simulation: Simulation,
  arrival: Arrival,
  endpoint: GetEndpoint,
  query: URLSearchParams,
): Promise<void> {
  const { path, res } = arrival;
  const record = openRecord(simulation, arrival);
  const reply = new Reply(res, record, simulation.log);
  const account = endpoint.needsKey ? authenticate(simulation, reply) : NOBODY;
  if (account === undefined) return;
  const key = record.key ?? "";
  const fault = findGetFault(simulation, account, { key, path });
  record.kind = fault?.kind ?? "ok";
  if (fault?.kind === "drop-before-headers") return reply.drop();
  if (fault?.kind === "hang-before-headers") return reply.untilGone();
  if (fault?.kind === "slow") await reply.wait(fault.extraMs);
  else if (fault !== undefined && !isDeliveryFault(fault)) {
    const context = describeCall(simulation, account, "", record.at);
    return reply.send(buildErrorAnswer(fault, context));
  }
  reply.send(endpoint.answer(simulation, account, { key, query }));
}
