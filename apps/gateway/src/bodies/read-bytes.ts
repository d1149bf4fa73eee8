import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from "node:zlib";
import { GatewayError } from "../errors/gateway-error.ts";
import type { BodyAccount, BodyBudget } from "./body-budget.ts";
import { ByteCollector } from "./byte-collector.ts";

const busyRetryMs = 2_000;

const decoders = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
} as const;

/**
 * Reads a request's body, decompressed, and counts every byte against the budget.
 *
 * @returns the bytes; they count against the budget until the account is released.
 * @throws {GatewayError} `body-too-large`, `gateway-busy`, `unsupported-media-type`,
 * or `invalid-request` when the body breaks off or cannot be decompressed.
 */
export async function readBytes(
  request: IncomingMessage,
  options: { limitBytes: number; budget: BodyBudget },
): Promise<{ bytes: Buffer; account: BodyAccount }> {
  const { limitBytes, budget } = options;
  const decoder = openDecoder(request);
  if (!decoder) requireRoomForStated(request, options);
  const account = budget.open();
  try {
    const bytes = await collect(request, decoder, (chunk, size) => {
      if (size > limitBytes) throw tooLarge();
      if (!account.grow(chunk.length)) throw busy();
    });
    return { bytes, account };
  } catch (error) {
    account.release();
    throw error;
  }
}

/** Refuses a body by its announced size, before it arrives. */
function requireRoomForStated(
  request: IncomingMessage,
  options: { limitBytes: number; budget: BodyBudget },
): void {
  const stated = statedBytes(request);
  if (stated > options.limitBytes) throw tooLarge();
  if (!options.budget.hasRoom(stated, stated)) throw busy();
}

const statedBytes = (request: IncomingMessage) =>
  Number(request.headers["content-length"] ?? 0);

function openDecoder(request: IncomingMessage) {
  const encoding = (request.headers["content-encoding"] ?? "identity")
    .trim()
    .toLowerCase();
  if (encoding === "identity" || encoding === "") return undefined;
  if (!Object.hasOwn(decoders, encoding)) {
    throw new GatewayError(
      "unsupported-media-type",
      "The body's Content-Encoding is not supported",
    );
  }
  return decoders[encoding as keyof typeof decoders]();
}

/** @param check gets each chunk, and the size up to it; it throws to stop reading. */
async function collect(
  request: IncomingMessage,
  decoder: (NodeJS.ReadWriteStream & Readable) | undefined,
  check: (chunk: Buffer, size: number) => void,
): Promise<Buffer> {
  const source: Readable = decoder ? request.pipe(decoder) : request;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const whole = new ByteCollector(decoder ? 0 : statedBytes(request));
  let size = 0;
  function onData(chunk: Buffer): void {
    try {
      size += chunk.length;
      check(chunk, size);
      whole.add(chunk);
    } catch (error) {
      fail(error);
    }
  }
  function fail(error: unknown): void {
    source.off("data", onData);
    whole.clear();
    reject(error);
    if (decoder) {
      request.unpipe(decoder);
      decoder.destroy();
    }
  }
  const broken = (cause?: unknown) =>
    new GatewayError("invalid-request", "The request could not be read", {
      cause,
    });
  source.on("data", onData);
  source.on("end", resolve);
  // The listeners stay: an `error` event without a listener would end the process.
  source.on("error", (error) => fail(broken(error)));
  request.on("error", (error) => fail(broken(error)));
  request.on("close", () => {
    if (!request.complete) fail(broken());
  });
  // The listeners, and with them this promise, live as long as the request: they must not hold the
  // bytes.
  await promise;
  return whole.take();
}

function tooLarge(): GatewayError {
  return new GatewayError("body-too-large", "The body is too large");
}

function busy(): GatewayError {
  return new GatewayError(
    "gateway-busy",
    "This gateway holds as many bytes of requests as it may; try again soon",
    { retryAfterMs: busyRetryMs },
  );
}
