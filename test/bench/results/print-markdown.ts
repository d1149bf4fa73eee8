/** Prints rows as a table of Markdown under a title; the first row is the head. */
export function printMarkdown(
  title: string,
  rows: readonly (readonly string[])[],
): void {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  console.log(
    [
      `\n${title}\n`,
      line(head),
      line(head.map(() => "---")),
      ...body.map(line),
    ].join("\n"),
  );
}
