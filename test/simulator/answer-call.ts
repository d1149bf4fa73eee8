import { admit, describeCall } from "./admit.ts";
import { type Arrival, authenticate, openRecord } from "./arrival.ts";
import { composeAnswer } from "./compose-answer.ts";
import { deliverPlain } from "./deliver.ts";
import type { Dialect } from "./dialects/dialect.ts";
import { buildErrorAnswer } from "./error-answers.ts";
import { type CertainFault, isDeliveryFault, isImmediate } from "./faults.ts";
import { errorAnswer } from "./http-answer.ts";
import { parseRecord } from "./json.ts";
import { isFreeModel } from "./models.ts";
import { Reply } from "./reply.ts";
import { type CompletionRequest, readRequest } from "./request.ts";
import type { Account, Simulation } from "./simulation.ts";
import { deliverStream } from "./stream.ts";

const PROMPT_LENGTH = 200;

function cutPrompt(prompt: string): string {
  if (prompt.length <= PROMPT_LENGTH) return prompt;
  // A plain slice would keep the whole prompt in memory for as long as the log lives.
  return Buffer.from(prompt.slice(0, PROMPT_LENGTH)).toString();
}

/** The first model without a standing fault: where OpenRouter's own fallback over `models` would end. */
function chooseModel(
  simulation: Simulation,
  { models }: CompletionRequest,
): string | undefined {
  const settings = simulation.settings.models;
  const healthy = models.find((id) => settings[id]?.fault === undefined);
  return healthy ?? models.at(-1);
}

function drawLatency(simulation: Simulation, fault?: CertainFault): number {
  const { latencyMs, jitterMs } = simulation.settings;
  const extra = fault?.kind === "slow" ? fault.extraMs : 0;
  const jitter = jitterMs === 0 ? 0 : (simulation.random() * 2 - 1) * jitterMs;
  return Math.max(0, latencyMs + jitter) + extra;
}

async function run(
  simulation: Simulation,
  reply: Reply,
  dialect: Dialect,
  request: CompletionRequest,
  call: { account: Account; model: string },
): Promise<void> {
  const { record } = reply;
  const { account, model } = call;
  const { key, at, path } = record;
  const { stream, marker } = request;
  const traits = { key: key ?? "", account: account.id, model };
  const admission = admit(
    simulation,
    account,
    { ...traits, path, stream, marker },
    at,
  );
  const { fault } = admission;
  record.kind = fault?.kind ?? "ok";
  record.counted = admission.counted;
  record.quotaRefusal = admission.refusal;
  if (fault?.kind === "hang-before-headers") return reply.untilGone();
  const latencyMs = drawLatency(simulation, fault);
  if (fault?.kind === "drop-before-headers") {
    await reply.wait(latencyMs);
    return reply.drop();
  }
  if (fault !== undefined && !isDeliveryFault(fault)) {
    const context = describeCall(simulation, account, model, at);
    const refusal = buildErrorAnswer(fault, context);
    if (latencyMs > 0 && !isImmediate(fault)) await reply.wait(latencyMs);
    return reply.send(refusal);
  }
  const { settings } = simulation;
  const answer = composeAnswer(settings, record, model, request);
  record.generationId = answer.id;
  const delivery = { reply, settings, dialect, answer, fault, latencyMs };
  return stream ? deliverStream(delivery) : deliverPlain(delivery);
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
  const model = chooseModel(simulation, request);
  record.stream = request.stream;
  record.marker = request.marker;
  record.prompt = cutPrompt(request.prompt);
  if (model === undefined) return refuse(reply, "No models provided");
  record.model = model;
  record.free = isFreeModel(model);
  if (!request.hasInput) {
    const message = 'Input required: specify "prompt" or "messages"';
    return refuse(reply, message);
  }
  await run(simulation, reply, dialect, request, { account, model });
}

function refuse(reply: Reply, message: string): void {
  reply.record.kind = "400";
  reply.send(errorAnswer(400, message));
}
