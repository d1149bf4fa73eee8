import type {
  StreamChunkReply,
  StreamDataReply,
  StreamPosition,
  StreamStartReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { acknowledgeEveryBytes } from "@openrouter-free-pool/shared/replies/stream-credit";
import type { StreamProgress } from "../jobs/acknowledge-stream.ts";

/** Receives a stream on behalf of its client. */
export type StreamSink = {
  /** Shows that the request is alive while it waits. */
  comment(text: string): void;
  /** OpenRouter has opened a stream. Older workers report this before the call counts. */
  open(start: StreamStartReply): void;
  /** The call counts: its first content follows. */
  begin(): void;
  /** @param onTaken called when the client's socket has taken the chunk. */
  write(chunk: Buffer, onTaken: () => void): void;
};

/** The stream of a pending request: its order, its flow to the client, and how much the client has taken. */
export class PendingStream {
  readonly #sink: StreamSink;
  readonly #acknowledge: (progress: StreamProgress) => void;
  #sequence = new StreamSequence();
  #start: StreamStartReply | undefined;
  #hasBegun = false;
  #untakenChunks = 0;
  #progressAt = 0;
  #takenBytes = 0;
  #acknowledgedBytes = 0;

  constructor(options: {
    sink: StreamSink;
    /** Tells the worker how much the client has taken. */
    acknowledge: (progress: StreamProgress) => void;
  }) {
    this.#sink = options.sink;
    this.#acknowledge = options.acknowledge;
  }

  /** The worker that relays the stream. */
  get workerId(): string | undefined {
    return this.#start?.workerId;
  }

  /** How long the client has taken nothing of what was written, in ms. */
  get stalledMs(): number {
    return this.#untakenChunks === 0 ? 0 : performance.now() - this.#progressAt;
  }

  /** Compares a message with what came before, and counts it if it is the next one. */
  accept(position: StreamPosition): SequenceDecision {
    const earlierCall = this.#sequence.call;
    const decision = this.#sequence.accept(position);
    if (decision === "next" && position.call !== earlierCall) {
      this.#countAnew();
    }
    return decision;
  }

  /** A new job stands for the request: its calls are numbered from 1 again. */
  restart(): void {
    this.#sequence = new StreamSequence();
    this.#start = undefined;
    this.#countAnew();
  }

  comment(text: string): void {
    this.#sink.comment(text);
  }

  /** Passes an accepted message on. @returns whether the call counts from now on. */
  pass(part: StreamChunkReply): boolean {
    if (part.kind === "stream-start") {
      this.#start = part;
      return false;
    }
    if (!this.#hasBegun) this.#beginWith(part);
    this.#write(part.body);
    return this.#hasBegun;
  }

  #beginWith({ isBeginning, body }: StreamDataReply): void {
    if (this.#start) this.#sink.open(this.#start);
    this.#hasBegun = isBeginning === true || hasEvent(body);
    if (this.#hasBegun) this.#sink.begin();
  }

  #write(body: Buffer): void {
    if (this.#untakenChunks === 0) this.#progressAt = performance.now();
    this.#untakenChunks += 1;
    this.#sink.write(body, () => this.#countTaken(body.length));
  }

  /** Each call is acknowledged from its first byte on. */
  #countAnew(): void {
    this.#takenBytes = 0;
    this.#acknowledgedBytes = 0;
  }

  #countTaken(bytes: number): void {
    this.#untakenChunks -= 1;
    this.#progressAt = performance.now();
    this.#takenBytes += bytes;
    const newBytes = this.#takenBytes - this.#acknowledgedBytes;
    const { workerId } = this;
    if (newBytes < acknowledgeEveryBytes || workerId === undefined) return;
    this.#acknowledgedBytes = this.#takenBytes;
    const sequence = this.#sequence;
    const { call } = sequence;
    this.#acknowledge({
      workerId,
      takenBytes: () => this.#takenBytes,
      isCurrent: () => this.#sequence === sequence && sequence.call === call,
    });
  }
}

/** What to do with one message of a stream. */
type SequenceDecision = "next" | "seen" | "gap";

/** Keeps the messages of a stream in order: each once, without gaps. */
class StreamSequence {
  #call = 0;
  #next = 0;

  /** Number of the call whose messages count; a later call replaces an earlier one. */
  get call(): number {
    return this.#call;
  }

  /** Compares a message with what came before, and counts it if it is the next one. */
  accept({ call, sequence }: StreamPosition): SequenceDecision {
    if (call < this.#call || (call === this.#call && sequence < this.#next)) {
      return "seen";
    }
    // A later call starts at 0: nothing of the earlier one has counted.
    const expected = call === this.#call ? this.#next : 0;
    if (sequence !== expected) return "gap";
    this.#call = call;
    this.#next = sequence + 1;
    return "next";
  }
}

/**
 * Whether a chunk has anything but comments. Older workers send OpenRouter's comments
 * before they know whether the call counts.
 */
function hasEvent(chunk: Buffer): boolean {
  return /^(?!:|\r?$)/m.test(chunk.toString("latin1"));
}
