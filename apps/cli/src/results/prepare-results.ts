import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { inputError } from "../input/input-error.ts";
import { say } from "../words/say.ts";
import { keepAnswered } from "./keep-answered.ts";
import { formOf, type ResultOptions } from "./result-options.ts";

/**
 * Checks that results can be written before anything is sent, and reads the file that is to be
 * continued.
 *
 * @throws {CliError} when the file exists and neither `isContinued` nor `isForced` is set.
 */
export async function prepareResults(options: {
  path: string | undefined;
  isSimple: boolean;
  isContinued: boolean;
  isForced: boolean;
}): Promise<ResultOptions> {
  const { path, isContinued } = options;
  const form = formOf(path, options.isSimple);
  if (path === undefined) {
    if (isContinued) throw inputError(say("batch.needsOutput"));
    return { path, form, answered: undefined };
  }
  if (isContinued && form !== "openai" && form !== "simple") {
    throw inputError(say("batch.onlyLines", { path }));
  }
  const hasContent = await checkFile(path);
  if (hasContent && !isContinued && !options.isForced) {
    throw inputError(say("batch.isThere", { path }));
  }
  const answered = isContinued ? await keepAnswered(path) : undefined;
  return { path, form, answered };
}

/** @returns whether the file has content that could be lost. */
async function checkFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw inputError(say("batch.isFolder", { path }));
  await access(found ? path : dirname(path), constants.W_OK).catch((cause) => {
    const isThere = found || cause.code !== "ENOENT";
    throw inputError(
      isThere
        ? say("batch.notWritable", { path })
        : say("batch.noFolder", { path: dirname(path) }),
      cause,
    );
  });
  return found?.isFile() === true && found.size > 0;
}
