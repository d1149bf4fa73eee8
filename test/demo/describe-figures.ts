import colors from "picocolors";
import type { BurstFigures } from "./measure-burst.ts";
import { optimumMs, settings } from "./settings.ts";

/** The closing words: how it went, and what to do next. */
export function describeFigures(figures: BurstFigures): string {
  const { answered, rejected, lost, upstream429s } = figures;
  const rows: readonly Row[] = [
    ["answered", String(answered), `of ${settings.requests}`],
    ["rejected", String(rejected), describeRejections(figures.rejections)],
    ["lost", String(lost), figures.firstLoss ?? ""],
    ["upstream 429s", String(upstream429s), ""],
    [
      "drained in",
      `${(figures.drainMs / 1_000).toFixed(1)} s`,
      `${figures.drainRatio.toFixed(3)} × the theoretical optimum of ${optimumMs / 1_000} s`,
    ],
    ...(answered > 0 ? [latencyRow(figures)] : []),
  ];
  const end = figures.isComplete ? success + nextSteps : failure;
  return `\n${rows.map(drawRow).join("\n")}\n${end}`;
}

type Row = readonly [name: string, value: string, remark: string];

function drawRow([name, value, remark]: Row): string {
  return `  ${name.padEnd(14)} ${colors.bold(value.padStart(7))}  ${colors.dim(remark)}`.trimEnd();
}

function latencyRow({ addedP50Ms, addedP99Ms }: BurstFigures): Row {
  const remark = `p50, ${addedP99Ms.toFixed(0)} ms p99: besides waiting for a slot and the call`;
  return ["added latency", `${addedP50Ms.toFixed(0)} ms`, remark];
}

function describeRejections(rejections: BurstFigures["rejections"]): string {
  return Object.entries(rejections)
    .map(([status, count]) => `${count} × status ${status}`)
    .join(", ");
}

const success = `
  ${colors.bold(colors.green("✔ Every request got its answer; nobody was turned away."))}
`;

const failure = `
  ${colors.bold(colors.red("✘ Not every request got its answer."))}
`;

const nextSteps = `
  ${colors.bold("With your own keys")}

    npm start                ${colors.dim("# asks for them; the gateway is at http://localhost:3000")}

  and point the OpenAI SDK, or any client like it, at the gateway:

    ${colors.cyan(`new OpenAI({ baseURL: "http://localhost:3000/v1", apiKey: "unused" })`)}
`;
