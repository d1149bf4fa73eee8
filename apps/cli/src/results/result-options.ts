/** The forms of results. */
export type ResultForm = "openai" | "simple" | "csv" | "tsv" | "parquet";

/** The destination and the form of results. */
export type ResultOptions = {
  /** A file's path; standard output when undefined. */
  readonly path: string | undefined;
  /** OpenAI's lines, one short object a line, or a table with a row for each result. */
  readonly form: ResultForm;
  /** Ids whose answers the file keeps; results are appended then. Undefined for a new file. */
  readonly answered: ReadonlySet<string> | undefined;
};

/** The form that a file's name implies. */
export function formOf(
  path: string | undefined,
  isSimple: boolean,
): ResultForm {
  const [, ending] = /\.(csv|tsv|parquet)$/i.exec(path ?? "") ?? [];
  switch (ending?.toLowerCase()) {
    case "csv":
      return "csv";
    case "tsv":
      return "tsv";
    case "parquet":
      return "parquet";
    default:
      return isSimple ? "simple" : "openai";
  }
}
