/** A stream that sends comments for minutes keeps only the latest of them. */
const mostHeldBytes = 16 * 1024;

/** The comments that came in front of a stream's first content. */
export class HeldComments {
  #blocks: Buffer[] = [];
  #bytes = 0;

  /** Adds a whole comment (or an event without content). */
  add(block: Buffer): void {
    this.#blocks.push(Buffer.from(block));
    this.#bytes += block.length;
    while (this.#bytes > mostHeldBytes) {
      this.#bytes -= this.#blocks.shift()?.length ?? 0;
    }
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#blocks);
  }
}
