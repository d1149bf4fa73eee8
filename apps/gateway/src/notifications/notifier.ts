import type { PoolStatus } from "@openrouter-free-pool/shared/api/pool-status";
import type { GoneModel } from "@openrouter-free-pool/shared/key-pool/models/gone-models";
import {
  type Repetition,
  repeat,
} from "@openrouter-free-pool/shared/timers/repeat";
import type { Logger } from "pino";
import { type Condition, findConditions } from "./find-conditions.ts";
import type { SendNotification } from "./send-notification.ts";
import type { ToldConditions } from "./told-conditions.ts";

/** At most one message in this time; longer than sending takes. */
const turnMs = 60_000;
const pollMs = 5_000;
/** Workers that restart are missing for a moment. */
const noWorkerForMs = 30_000;

/** What the notifier checks; undefined while Redis is away. */
type ReadNotifiable = () => Promise<
  | {
      readonly status: PoolStatus;
      readonly dayEndsAt: number;
      /** Redis's clock, ms since the epoch. */
      readonly now: number;
      readonly goneModels: readonly GoneModel[];
    }
  | undefined
>;

/**
 * Notifies people of what needs their action: once for each condition, at most once a minute, by
 * one gateway of all. A message that no target accepted is tried again a minute later.
 */
export function startNotifier(deps: {
  read: ReadNotifiable;
  told: ToldConditions;
  send: SendNotification;
  logger: Logger;
  /** See above; shorter in tests. */
  times?: { turnMs: number; pollMs: number; noWorkerForMs: number };
}): Repetition {
  const { told, send, logger } = deps;
  const times = deps.times ?? { turnMs, pollMs, noWorkerForMs };
  let workersMissingSince: number | undefined;

  function isLasting({ kind }: Condition, now: number): boolean {
    if (kind !== "no-worker") return true;
    workersMissingSince ??= now;
    return now - workersMissingSince >= times.noWorkerForMs;
  }

  async function look(): Promise<void> {
    const facts = await deps.read();
    if (!facts) return;
    const { now } = facts;
    if (facts.status.workers > 0) workersMissingSince = undefined;
    const conditions = findConditions(facts).filter((condition) =>
      isLasting(condition, now),
    );
    const news = await told.findNews(conditions, now);
    if (news.length === 0 || !(await told.takeTurn(times.turnMs))) return;
    if (await send(news)) await told.remember(news, now);
  }

  return repeat(look, { intervalMs: times.pollMs, name: "Notifying", logger });
}
