import type {
  AnswerReply,
  FinalReply,
  StreamDataReply,
  StreamPartReply,
  StreamStartReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { acknowledgeEveryBytes } from "@openrouter-free-pool/shared/replies/stream-credit";
import type { Response } from "express";
import type { Family } from "../families/family.ts";
import { fitError } from "../families/fit-error.ts";
import { GatewayError } from "../gateway-error.ts";
import { noteCompletion } from "./completion-notes.ts";
import { EventSequence } from "./event-sequence.ts";
import { sendAnswer, setFigures, toReplyError } from "./send-answer.ts";

const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  // nginx would gather events otherwise.
  "x-accel-buffering": "no",
};

/** A streamed response: comments while the request waits, then OpenRouter's bytes. */
export class ClientStream {
  readonly #response: Response;
  readonly #family: Family;
  readonly #model: string;
  readonly #acknowledge: (workerId: string, takenBytes: number) => void;
  readonly #sequence = new EventSequence();
  readonly #startedAt = performance.now();
  #workerId: string | undefined;
  #takenBytes = 0;
  #acknowledgedBytes = 0;

  constructor(options: {
    response: Response;
    family: Family;
    model: string;
    /** Tells the worker how far the client is. */
    acknowledge: (workerId: string, takenBytes: number) => void;
  }) {
    this.#response = options.response;
    this.#family = options.family;
    this.#model = options.model;
    this.#acknowledge = options.acknowledge;
  }

  /** Whether OpenRouter has begun to answer. */
  get hasStarted(): boolean {
    return this.#workerId !== undefined;
  }

  /** A comment, which keeps proxies from closing a line that is silent. */
  comment(text: string): void {
    this.#open({});
    this.#response.write(`: ${text}\n\n`);
  }

  /** Takes one part in. @returns false when a part before it is lost. */
  receive(part: StreamPartReply): boolean {
    const verdict = this.#sequence.judge(part);
    if (verdict !== "next") return verdict === "seen";
    if (part.kind === "stream-start") this.#start(part);
    else this.#pass(part);
    return true;
  }

  /** Whether the client gets a whole answer with this reply; to be asked once, before it is finished. */
  judge(reply: FinalReply): boolean {
    if (reply.kind === "answer") return reply.status < 400;
    return (
      reply.kind === "stream-end" && this.#sequence.judge(reply) === "next"
    );
  }

  /**
   * Ends the response.
   *
   * @param isWhole what was judged of the reply.
   * @throws {GatewayError} when there is an error and the status can still tell it.
   */
  finish(reply: FinalReply, isWhole: boolean): void {
    if (reply.kind === "answer") this.#answer(reply);
    else if (reply.kind !== "stream-end") this.fail(toReplyError(reply));
    else if (isWhole) this.#response.end();
    else this.fail(lostPart());
  }

  /** Ends with an error: as an event when the response has begun, else thrown. */
  fail(error: GatewayError): void {
    if (!this.#response.headersSent) throw error;
    noteCompletion(this.#response, { error: error.code });
    this.#end(this.#family.toErrorBody(error));
  }

  /** OpenRouter refused the request, or answered without a stream. */
  #answer(reply: AnswerReply): void {
    if (!this.#response.headersSent) {
      sendAnswer(this.#response, reply);
      return;
    }
    setFigures(this.#response, reply);
    const { body } = fitError(reply, this.#family);
    this.#end(JSON.parse(body.toString()));
  }

  #start(part: StreamStartReply): void {
    this.#workerId = part.workerId;
    setFigures(this.#response, part);
    this.#open(part.headers);
  }

  #open(headers: Readonly<Record<string, string>>): void {
    if (this.#response.headersSent) return;
    this.#response.status(200).set({ ...streamHeaders, ...headers });
    this.#response.flushHeaders();
  }

  #pass({ body, isBeginning }: StreamDataReply): void {
    if (isBeginning) {
      const firstTokenMs = Math.round(performance.now() - this.#startedAt);
      noteCompletion(this.#response, { firstTokenMs });
    }
    this.#response.write(body, (error) => {
      if (!error) this.#countTaken(body.length);
    });
  }

  #countTaken(bytes: number): void {
    this.#takenBytes += bytes;
    const news = this.#takenBytes - this.#acknowledgedBytes;
    if (news < acknowledgeEveryBytes || this.#workerId === undefined) return;
    this.#acknowledgedBytes = this.#takenBytes;
    this.#acknowledge(this.#workerId, this.#takenBytes);
  }

  #end(body: object): void {
    this.#response.end(this.#family.toErrorEvent(body, this.#model));
  }
}

function lostPart(): GatewayError {
  return new GatewayError("stream-broken", "A part of the stream was lost");
}
