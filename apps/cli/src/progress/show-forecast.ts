import { describeObstacle } from "@openrouter-free-pool/shared/api/describe-obstacle";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { isWatched, tell } from "../output/terminal.ts";
import {
  describeEndingModels,
  describeForecast,
  describeShortWindow,
} from "./describe-forecast.ts";

/**
 * Shows what a new batch needs, and warns when its window is too short, or a model is withdrawn
 * first: as lines for a person, or as a JSON line in a pipe. A quiet command only warns.
 */
export async function showForecast(
  gateway: GatewayClient,
  batch: Batch,
  { isQuiet }: { isQuiet: boolean },
): Promise<void> {
  const now = Date.now();
  const { perDay, obstacle } = await readCapacity(gateway);
  const warnings = [
    describeShortWindow(batch, { perDay, now }) ?? [],
    describeEndingModels(batch),
  ].flat();
  if (isWatched() && !isQuiet) {
    const expected = describeForecast(batch, { obstacle, now });
    for (const line of [expected ?? [], warnings].flat()) tell(line);
    return;
  }
  if (obstacle !== undefined) warnings.push(obstacle);
  if (isQuiet && warnings.length === 0) return;
  if (isWatched()) {
    for (const line of warnings) tell(line);
  } else {
    const { id, forecast } = batch;
    const warning = warnings.length > 0 ? warnings.join("; ") : undefined;
    tell(JSON.stringify({ batch: id, forecast, warning }));
  }
}

/** The pool's capacity; both undefined when it is unknown. */
type Capacity = {
  /** Calls in a day. */
  readonly perDay: number | undefined;
  /** Why it makes no calls. */
  readonly obstacle: string | undefined;
};

/** Reads {@link Capacity}. */
export async function readCapacity(gateway: GatewayClient): Promise<Capacity> {
  try {
    const pool = await gateway.readPool();
    return { perDay: pool.pool.perDay, obstacle: describeObstacle(pool) };
  } catch {
    return { perDay: undefined, obstacle: undefined };
  }
}
