import { composeAnswer } from "../answers/compose-answer.ts";
import { buildErrorAnswer } from "../answers/error-answers.ts";
import { errorAnswer } from "../answers/http-answer.ts";
import { deliverStream } from "../answers/stream.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { isDeliveryFault, isImmediate } from "../faults/fault-traits.ts";
import type { CertainFault } from "../faults/faults.ts";
import { parseRecord } from "../json.ts";
import { admitFirst } from "../models/fallback.ts";
import { findModelSettings, isFreeModel } from "../models/models.ts";
import { type CompletionRequest, readRequest } from "../request.ts";
import type { Account, Simulation } from "../simulation.ts";
import { describeCall } from "./admit.ts";
import { type Arrival, authenticate, openRecord } from "./arrival.ts";
import { priceAnswer } from "./bill.ts";
import { deliverPlain } from "./deliver.ts";
import { Reply } from "./reply.ts";

const PROMPT_LENGTH = 200;

function cutPrompt(prompt: string): string {
  if (prompt.length <= PROMPT_LENGTH) return prompt;
  // A plain slice would keep the whole prompt in memory for as long as the log lives.
  return Buffer.from(prompt.slice(0, PROMPT_LENGTH)).toString();
}

function drawLatency(
  simulation: Simulation,
  model: string,
  fault: CertainFault | undefined,
): number {
  const { settings } = simulation;
  const { jitterMs } = settings;
  const own = findModelSettings(settings, model)?.latencyMs;
  const extra = fault?.kind === "slow" ? fault.extraMs : 0;
  const jitter = jitterMs === 0 ? 0 : (simulation.random() * 2 - 1) * jitterMs;
  return Math.max(0, (own ?? settings.latencyMs) + jitter) + extra;
}

function chooseModel(
  simulation: Simulation,
  { record }: Reply,
  account: Account,
  request: CompletionRequest & { models: [string, ...string[]] },
): { model: string; fault: CertainFault | undefined } {
  const { key, at, path } = record;
  const { models, stream, marker, needs } = request;
  const traits = { key: key ?? "", account: account.id, path, stream, marker };
  const call = { ...traits, models, needs };
  const { model, admission } = admitFirst(simulation, account, call, at);
  record.model = model;
  record.kind = admission.fault?.kind ?? "ok";
  record.counted = admission.counted;
  record.free = admission.counted || isFreeModel(model);
  record.quotaRefusal = admission.refusal;
  return { model, fault: admission.fault };
}

async function run(
  simulation: Simulation,
  reply: Reply,
  dialect: Dialect,
  call: {
    account: Account;
    request: CompletionRequest & { model: string };
    fault: CertainFault | undefined;
  },
): Promise<void> {
  const { record } = reply;
  const { settings } = simulation;
  const { account, request, fault } = call;
  const { model } = request;
  if (fault?.kind === "hang-before-headers") return reply.untilGone();
  const latencyMs = drawLatency(simulation, model, fault);
  if (fault?.kind === "drop-before-headers") {
    await reply.wait(latencyMs);
    return reply.drop();
  }
  if (fault !== undefined && !isDeliveryFault(fault)) {
    const context = describeCall(simulation, account, model, record.at);
    const refusal = buildErrorAnswer(fault, context);
    if (latencyMs > 0 && !isImmediate(fault)) await reply.wait(latencyMs);
    return reply.send(refusal);
  }
  const unpriced = composeAnswer(settings, record, request, fault);
  const charge = priceAnswer(settings, unpriced, request, fault);
  const answer = { ...unpriced, cost: charge.cost };
  Object.assign(record, charge, { generationId: answer.id });
  const delivery = { reply, settings, dialect, answer, fault, latencyMs };
  return request.stream ? deliverStream(delivery) : deliverPlain(delivery);
}

/** Answers a call to one of the completion endpoints. */
export async function answerCall(
  simulation: Simulation,
  arrival: Arrival,
  dialect: Dialect,
): Promise<void> {
  const record = openRecord(simulation, arrival);
  const reply = new Reply(arrival.res, record, simulation.log);
  const account = authenticate(simulation, reply);
  if (account === undefined) return;
  const body = parseRecord(arrival.body.toString());
  if (body === undefined) return refuse(reply, "Invalid JSON body");
  const request = readRequest(body);
  const [first, ...others] = request.models;
  record.stream = request.stream;
  record.marker = request.marker;
  record.prompt = cutPrompt(request.prompt);
  if (first === undefined) return refuse(reply, "No models provided");
  record.model = first;
  record.free = isFreeModel(first);
  if (!request.hasInput) {
    const message = 'Input required: specify "prompt" or "messages"';
    return refuse(reply, message);
  }
  const { model, fault } = chooseModel(simulation, reply, account, {
    ...request,
    models: [first, ...others],
  });
  await run(simulation, reply, dialect, {
    account,
    request: { ...request, model },
    fault,
  });
}

function refuse(reply: Reply, message: string): void {
  reply.record.kind = "400";
  reply.send(errorAnswer(400, message));
}
