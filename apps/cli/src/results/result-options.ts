/** Forms that results may have. */
export type ResultForm = "openai" | "simple" | "csv" | "tsv" | "parquet";

/** Where results go, and in what form. */
export type ResultOptions = {
  /** A file's path; standard output when undefined. */
  readonly path: string | undefined;
  /** OpenAI's lines, one short object a line, or a table with a row a result. */
  readonly form: ResultForm;
  /** Ids whose answers the file keeps; results are appended then. Undefined for a new file. */
  readonly answered: ReadonlySet<string> | undefined;
};

/** The form that a file's name asks for. */
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
