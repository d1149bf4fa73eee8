import type { IncomingMessage } from "node:http";
import {
  Busboy,
  type BusboyFileStream,
  type BusboyHeaders,
  type BusboyInstance,
} from "@fastify/busboy";
import { GatewayError } from "../gateway-error.ts";

/** What a form held. */
export type Upload<Content> = {
  readonly filename: string;
  /** Everything but the file. */
  readonly fields: Readonly<Record<string, string>>;
  readonly content: Content;
};

const mostFields = 20;
const longestField = 10_000;

/**
 * Reads a multipart form with one file named `file`, which may come before the
 * other fields. The file is handed over as a stream, never held.
 *
 * The request is read to its end even when something is wrong: many clients read
 * no answer before they have sent everything.
 *
 * @throws {GatewayError} when the form is not right, or what `take` throws.
 */
export async function receiveUpload<Content extends object>(
  request: IncomingMessage,
  options: {
    maxBytes: number;
    take: (file: AsyncIterable<Buffer>) => Promise<Content>;
    /** Undoes `take`, when the rest turns out wrong. */
    drop: (content: Content) => Promise<void>;
  },
): Promise<Upload<Content>> {
  const form = openForm(request.headers, options.maxBytes);
  const fields: Record<string, string> = {};
  let filename = "";
  let file: BusboyFileStream | undefined;
  let taking: Promise<Content> | undefined;

  form.on("field", (name, value) => {
    fields[name] = value;
  });
  form.on("file", (name, stream, givenName) => {
    if (name !== "file") {
      stream.resume();
      return;
    }
    filename = givenName ?? "";
    file = stream;
    taking = options.take(stream.iterator({ destroyOnReturn: false }));
    // What went wrong is told when the form has ended.
    taking.catch(() => stream.resume());
  });

  const problem = await readToEnd(request, form);
  if (problem) file?.destroy(problem);
  const content = await taking;
  const wrong =
    problem ??
    (file?.truncated
      ? new GatewayError("body-too-large", "The file is too large")
      : undefined);
  if (wrong) {
    if (content) await options.drop(content);
    throw wrong;
  }
  if (!content) {
    throw new GatewayError("invalid-request", "`file` is missing");
  }
  return { filename, fields, content };
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

/** Resolves to what was wrong with the form, when all of it has come. */
function readToEnd(
  request: IncomingMessage,
  form: BusboyInstance,
): Promise<GatewayError | undefined> {
  return new Promise((resolve) => {
    form.once("finish", () => resolve(undefined));
    form.once("error", (cause: unknown) => {
      request.unpipe(form);
      request.resume();
      resolve(
        new GatewayError("invalid-request", "The form could not be read", {
          cause,
        }),
      );
    });
    request.once("close", () => {
      if (!request.complete) resolve(new GatewayError("client-gone"));
    });
    request.pipe(form);
  });
}
