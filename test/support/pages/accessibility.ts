import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe finds wrong with a page: names that are missing, contrast that is too low … */
export async function findBarriers(page: Page): Promise<string[]> {
  // Sent by the browser's own protocol, so that the page's policy against foreign scripts does not apply.
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: typeof axe }).axe;
    return (await run.run()).violations;
  });
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
  );
}
