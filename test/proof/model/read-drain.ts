import type { Stack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

/**
 * Reads from the gateway's log how long a burst took: from its first request received to its last answer given. A client
 * that waits for a core counts its own time, too.
 *
 * @returns ms
 */
export async function readDrainMs(
  { gateways }: Stack,
  model: string,
  requests: number,
): Promise<number> {
  const [gateway] = gateways;
  const lines = await until("all requests are logged", () => {
    const finished = (gateway?.logged("Completion finished") ?? []).filter(
      (line) => line.model === model,
    );
    return finished.length >= requests && finished;
  });
  const ends = lines.map(({ time }) => Date.parse(String(time)));
  const starts = lines.map(
    ({ totalMs }, index) => (ends[index] ?? 0) - Number(totalMs),
  );
  return Math.max(...ends) - Math.min(...starts);
}
