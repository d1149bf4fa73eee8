import { createHash, type Hash, hash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { HttpAnswer } from "../answers/http-answer.ts";
import type { CallLog, CallRecord } from "./call-log.ts";

/** Sends the answer of one call and writes down what was sent, when, and whether the client stayed. */
export class Reply {
  readonly record: CallRecord;
  #res: ServerResponse;
  #hash: Hash | undefined;
  #gone = false;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(res: ServerResponse, record: CallRecord, log: CallLog) {
    this.record = record;
    this.#res = res;
    log.begin(record);
    res.once("close", () => {
      this.#gone = true;
      if (!this.#ended) record.abortedAt = Date.now();
      this.#seal();
      log.finish(record);
      this.#wake?.();
    });
  }

  /** Whether the connection is closed. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Sends a complete answer at once. */
  send({ status, headers, body }: HttpAnswer): void {
    if (this.#gone) return;
    const bytes = Buffer.from(body);
    this.record.status = status;
    this.record.responseSha256 = hash("sha256", bytes, "hex");
    this.record.responseBytes = bytes.length;
    this.#ended = true;
    this.#res.writeHead(status, {
      ...headers,
      "Content-Length": bytes.length,
    });
    this.#res.end(bytes);
  }

  /** Sends the headers of an answer that is written bit by bit. */
  open(status: number, headers: Record<string, string | number>): void {
    if (this.#gone) return;
    this.record.status = status;
    this.#hash = createHash("sha256");
    this.#res.writeHead(status, headers);
    this.#res.flushHeaders();
  }

  /** Writes once the client has room for more. */
  async write(text: string): Promise<void> {
    if (this.#gone) return;
    this.#hash?.update(text);
    this.record.responseBytes += Buffer.byteLength(text);
    if (this.#res.write(text)) return;
    await this.#sleepUntil((wake) => {
      this.#res.once("drain", wake);
      return () => this.#res.off("drain", wake);
    });
  }

  end(): void {
    if (this.#gone) return;
    this.#ended = true;
    this.#seal();
    this.#res.end();
  }

  /** Breaks the connection once everything written so far is out. */
  drop(): void {
    if (this.#gone) return;
    this.#ended = true;
    const { socket } = this.#res;
    if (!this.#res.headersSent) socket?.destroy();
    // A write of nothing would be skipped; the socket's own queue is what must be empty.
    else socket?.write("", () => socket.destroy());
  }

  /** Waits, or less when the client hangs up. */
  async wait(ms: number): Promise<void> {
    if (this.#gone || ms <= 0) return;
    await this.#sleepUntil((wake) => {
      const timer = setTimeout(wake, ms);
      return () => clearTimeout(timer);
    });
  }

  /** Waits for the client to hang up. */
  async untilGone(): Promise<void> {
    if (this.#gone) return;
    await this.#sleepUntil(() => () => {});
  }

  async #sleepUntil(arrange: (wake: () => void) => () => void): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = arrange(resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #seal(): void {
    if (this.#hash === undefined) return;
    this.record.responseSha256 = this.#hash.digest("hex");
    this.#hash = undefined;
  }
}
