import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import {
  Busboy,
  type BusboyFileStream,
  type BusboyHeaders,
  type BusboyInstance,
} from "@fastify/busboy";
import { GatewayError } from "../errors/gateway-error.ts";

/** The contents of a form. */
type Upload<Content> = {
  readonly filename: string;
  /** Everything but the file. */
  readonly fields: Readonly<Record<string, string>>;
  readonly content: Content;
};

const mostFields = 20;
const longestField = 10_000;

/**
 * Reads a multipart form with one file named `file`, which may come before the other fields. The
 * file is passed on as a stream, never held in memory.
 *
 * The request is read to its end even after an error: many clients read no answer before they have
 * sent everything. The first error is the one thrown.
 *
 * @throws {GatewayError} when the form is invalid, or what `take` throws.
 */
export async function receiveUpload<Content extends object>(
  request: IncomingMessage,
  options: {
    maxBytes: number;
    take: (file: AsyncIterable<Buffer>) => Promise<Content>;
    /** Undoes `take` when the rest of the form is invalid. */
    drop: (content: Content) => Promise<void>;
  },
): Promise<Upload<Content>> {
  const form = openForm(request.headers, options.maxBytes);
  const fields = new Map<string, string>();
  let filename = "";
  let file: BusboyFileStream | undefined;
  let taking: Promise<Content | undefined> | undefined;
  let firstError: unknown;
  const fail = (error: unknown): undefined => {
    firstError ??= error;
    return undefined;
  };

  form.on("error", (cause: unknown) => fail(unreadableForm(cause)));
  form.on("field", (name, value) => fields.set(name, value));
  form.on("file", (name, stream, givenName) => {
    // A form that ends early emits an error here, too; without a listener it would end the process.
    stream.on("error", ignore);
    if (name !== "file") {
      stream.resume();
      return;
    }
    filename = givenName ?? "";
    file = stream;
    taking = options
      .take(stream.iterator({ destroyOnReturn: false }))
      .catch((error: unknown) => {
        stream.resume();
        return fail(error);
      });
  });

  await feed(request, form).catch(fail);
  if (firstError !== undefined) file?.destroy();
  const content = await taking;
  if (file?.truncated) {
    fail(new GatewayError("body-too-large", "The file is too large"));
  }
  if (firstError !== undefined) {
    if (content) await options.drop(content);
    throw firstError;
  }
  if (!content) {
    throw new GatewayError("invalid-request", "`file` is missing");
  }
  return { filename, fields: Object.fromEntries(fields), content };
}

function openForm(headers: IncomingMessage["headers"], maxBytes: number) {
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      limits: {
        fileSize: maxBytes,
        files: 1,
        fields: mostFields,
        fieldSize: longestField,
      },
    });
  } catch (cause) {
    throw new GatewayError(
      "unsupported-media-type",
      "A file is uploaded as multipart/form-data",
      { cause },
    );
  }
}

/**
 * Feeds a request to a form until both have ended; the form reports its own errors.
 *
 * @throws {GatewayError} `client-gone`.
 */
async function feed(
  request: IncomingMessage,
  form: BusboyInstance,
): Promise<void> {
  let isOver = false;
  const over = once(form, "finish")
    .catch(ignore)
    .then(() => {
      isOver = true;
    });
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (isOver || write(form, chunk)) continue;
      await Promise.race([over, new Promise((go) => form.once("drain", go))]);
    }
  } catch (cause) {
    throw new GatewayError("client-gone", "client-gone", { cause });
  }
  if (!isOver) form.end();
  await over;
}

/** @returns whether there is room for more. */
function write(form: BusboyInstance, chunk: Buffer): boolean {
  try {
    return form.write(chunk);
  } catch (error) {
    // The parser may throw; such a form is as invalid as one that it refuses.
    form.destroy(error instanceof Error ? error : new Error(String(error)));
    return false;
  }
}

function unreadableForm(cause: unknown): GatewayError {
  return new GatewayError("invalid-request", "The form could not be read", {
    cause,
  });
}

function ignore(): void {}
