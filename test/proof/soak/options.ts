import { parseArgs } from "node:util";

/** What a soak is asked for. */
export type SoakOptions = {
  readonly minutes: number;
  /** Requests a second, lines of batches not counted. */
  readonly rate: number;
  /** Seconds from one fault to the next; 0: none. */
  readonly faultEvery: number;
  /** Folder of the CSV file, the plots and the summary. */
  readonly out: string;
};

/** Reads the command line. @throws {Error} that names the option which is wrong. */
export function readOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "120" },
      rate: { type: "string", default: "100" },
      "fault-every": { type: "string", default: "300" },
      out: { type: "string", default: "soak-results" },
    },
  });
  return {
    minutes: readNumber("minutes", values.minutes, { least: 1, most: 2_880 }),
    rate: readNumber("rate", values.rate, { least: 1, most: 1_000 }),
    faultEvery: readNumber("fault-every", values["fault-every"], {
      least: 0,
      most: 86_400,
    }),
    out: values.out,
  };
}

function readNumber(
  name: string,
  text: string,
  { least, most }: { least: number; most: number },
): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new Error(`--${name} is "${text}"; it wants ${least} to ${most}`);
}
