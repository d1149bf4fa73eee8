import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { isWatched, tell } from "../output/terminal.ts";
import {
  describeEndingModels,
  describeForecast,
  describeShortWindow,
} from "./describe-forecast.ts";

/**
 * Tells what a new batch takes, and warns when its window is too short, or a model ends first: lines for a person who
 * watches, a JSON line in a pipe. A quiet command only warns.
 */
export async function showForecast(
  gateway: GatewayClient,
  batch: Batch,
  { isQuiet }: { isQuiet: boolean },
): Promise<void> {
  const now = Date.now();
  const perDay = await readCallsPerDay(gateway);
  const warnings = [
    describeShortWindow(batch, { perDay, now }) ?? [],
    describeEndingModels(batch),
  ].flat();
  if (isQuiet && warnings.length === 0) return;
  if (isWatched()) {
    const expected = isQuiet ? undefined : describeForecast(batch, now);
    for (const line of [expected ?? [], warnings].flat()) tell(line);
  } else {
    const { id, forecast } = batch;
    const warning = warnings.length > 0 ? warnings.join("; ") : undefined;
    tell(JSON.stringify({ batch: id, forecast, warning }));
  }
}

/** Calls that the pool may make in a day; undefined when it does not say. */
export async function readCallsPerDay(
  gateway: GatewayClient,
): Promise<number | undefined> {
  try {
    return (await gateway.readPool()).pool.perDay;
  } catch {
    return undefined;
  }
}
