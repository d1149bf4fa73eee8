import colors from "picocolors";

/** Prints rows under a title in columns as wide as they have to be; the first row is the head. */
export function printTable(
  title: string,
  rows: readonly (readonly string[])[],
): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   "),
  );
  const [head = "", ...body] = lines.map((line) => `  ${line.trimEnd()}`);
  console.log(`\n${colors.bold(title)}`);
  console.log(colors.dim(head));
  console.log(body.join("\n"));
}
