import { CallLog } from "./calls/call-log.ts";
import { Script } from "./faults/script.ts";
import { QuotaCounter, type QuotaRules } from "./quota.ts";
import { createRandom } from "./random.ts";
import {
  type AccountSettings,
  DEFAULT_PER_DAY,
  DEFAULT_PER_MINUTE,
  patchSettings,
  type ResolvedSettings,
  resolveSettings,
  type SettingsPatch,
  type SimulatorSettings,
} from "./settings.ts";

/** An account as a call sees it. */
export type Account = AccountSettings & { id: string; userId: string };

function indexAccounts(settings: ResolvedSettings): Map<string, Account> {
  const byKey = new Map<string, Account>();
  for (const [id, account] of Object.entries(settings.accounts)) {
    const userId = account.userId ?? `user_${id}`;
    for (const key of account.keys) byKey.set(key, { ...account, id, userId });
  }
  return byKey;
}

/** Everything that outlives a call: settings, script, quotas, log. */
export class Simulation {
  readonly log = new CallLog();
  readonly script = new Script();
  #settings: ResolvedSettings;
  #accountsByKey: Map<string, Account>;
  #quotas = new Map<string, QuotaCounter>();
  #modelQuotas = new Map<string, QuotaCounter>();
  #random: () => number;

  constructor(settings: SimulatorSettings) {
    this.#settings = resolveSettings(settings);
    this.#accountsByKey = indexAccounts(this.#settings);
    this.#random = createRandom(this.#settings.seed);
    this.script.replace(this.#settings.script);
  }

  get settings(): ResolvedSettings {
    return this.#settings;
  }

  random(): number {
    return this.#random();
  }

  findAccount(key: string): Account | undefined {
    return this.#accountsByKey.get(key);
  }

  /** Takes these settings and the defaults for all others. */
  replaceSettings(settings: SimulatorSettings): void {
    this.#adopt(resolveSettings(settings), true);
  }

  patchSettings(patch: SettingsPatch): void {
    this.#adopt(patchSettings(this.#settings, patch), "script" in patch);
  }

  /** The account's quota; its counter is made on first use. */
  quotaOf(account: Account): { counter: QuotaCounter; rules: QuotaRules } {
    const { quotaMode, windowMs, dayMs } = this.#settings;
    const rules = {
      mode: quotaMode,
      windowMs,
      dayMs,
      perMinute: account.perMinute ?? DEFAULT_PER_MINUTE,
      perDay: account.perDay ?? DEFAULT_PER_DAY,
      usedElsewhere: account.dailyUsedElsewhere ?? 0,
    };
    return { counter: findCounter(this.#quotas, account.id), rules };
  }

  /** The cap that all accounts share on a model. */
  modelQuotaOf(model: string): { counter: QuotaCounter; rules: QuotaRules } {
    const { quotaMode, windowMs, dayMs, models } = this.#settings;
    const rules = {
      mode: quotaMode,
      windowMs,
      dayMs,
      perMinute: models[model]?.perMinute ?? Number.POSITIVE_INFINITY,
      perDay: Number.POSITIVE_INFINITY,
      usedElsewhere: 0,
    };
    return { counter: findCounter(this.#modelQuotas, model), rules };
  }

  resetQuotas(): void {
    this.#quotas.clear();
    this.#modelQuotas.clear();
  }

  #adopt(settings: ResolvedSettings, replacesScript: boolean): void {
    if (settings.seed !== this.#settings.seed) {
      this.#random = createRandom(settings.seed);
    }
    this.#settings = settings;
    this.#accountsByKey = indexAccounts(settings);
    if (replacesScript) this.script.replace(settings.script);
  }
}

function findCounter(
  counters: Map<string, QuotaCounter>,
  id: string,
): QuotaCounter {
  const known = counters.get(id);
  if (known !== undefined) return known;
  const counter = new QuotaCounter();
  counters.set(id, counter);
  return counter;
}
