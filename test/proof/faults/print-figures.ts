import type { Fault } from "./fault.ts";
import type { Figures } from "./judge.ts";

const columns = [
  "fault",
  "requests",
  "answered",
  "cut",
  "lost",
  "answered twice",
  "sent again by clients",
  "calls",
  "called twice",
  "over quota",
  "it lasts, s",
  "last answer late by, s",
];

/** One line for the terminal, as soon as a fault is over. */
export function describe(figures: Figures): string {
  const { name, answered, requests, calledTwice, overQuota, problems } =
    figures;
  const verdict = problems.length === 0 ? "ok" : "NOT AS IT MUST BE";
  const reasons = Object.entries(figures.reasons)
    .map(([reason, count]) => `${count}: ${reason}`)
    .join("; ");
  return [
    `${name}: ${verdict}; ${answered}/${requests} answered, ${figures.cut} cut, ${figures.lost} lost, ${calledTwice} called twice${reasons && ` (${reasons})`}, ${overQuota} over quota, last answer ${seconds(figures.lateMs)} s late`,
    ...problems.slice(0, 8).map((problem) => `    ${problem}`),
  ].join("\n");
}

/** The tables of docs/reliability.md. */
export function printTables(
  results: readonly { fault: Fault; figures: Figures | undefined }[],
): void {
  const rows = results.map(({ fault, figures }) =>
    figures ? toRow(figures) : [fault.name, "not on this machine"],
  );
  const how = results.map(({ fault }) => [fault.name, fault.how]);
  console.log(`\n${toTable([columns, ...rows])}`);
  console.log(`\n${toTable([["fault", "how it is done"], ...how])}`);
}

function toRow(figures: Figures): string[] {
  return [
    figures.name,
    ...[
      figures.requests,
      figures.answered,
      figures.cut,
      figures.lost,
      figures.answeredTwice,
      figures.sentAgain,
      figures.calls,
      figures.calledTwice,
      figures.overQuota,
    ].map(String),
    figures.lastsMs === 0 ? "" : seconds(figures.lastsMs),
    seconds(figures.lateMs),
  ];
}

function toTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const lines = [head, head.map(() => "---"), ...body];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
