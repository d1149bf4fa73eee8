/** Where results go, and in what form. */
export type ResultOptions = {
  /** A file's path; standard output when undefined. */
  readonly path: string | undefined;
  /** One short object a line instead of OpenAI's. */
  readonly isSimple: boolean;
  /** Ids whose answers the file keeps; results are appended then. Undefined for a new file. */
  readonly answered: ReadonlySet<string> | undefined;
};
