import type { CertainFault, Fault, ScriptRule } from "./faults.ts";

/** What a rule is matched against. */
export type CallTraits = {
  key: string;
  account: string;
  model: string;
  path: string;
  stream: boolean;
  marker: string | null;
};

/** Draws the probability of a fault; undefined when it does not strike. */
export function drawFault(
  fault: Fault | null | undefined,
  random: () => number,
): CertainFault | undefined {
  if (fault === null || fault === undefined) return undefined;
  if (fault.kind !== "percent") return fault;
  const strikes = random() * 100 < fault.percent;
  return strikes ? drawFault(fault.fault, random) : undefined;
}

function matches({ match = {} }: ScriptRule, call: CallTraits): boolean {
  return (
    (match.key === undefined || match.key === call.key) &&
    (match.account === undefined || match.account === call.account) &&
    (match.model === undefined || match.model === call.model) &&
    (match.path === undefined || match.path === call.path) &&
    (match.stream === undefined || match.stream === call.stream) &&
    (match.marker === undefined || match.marker === call.marker)
  );
}

/** An ordered list of rules, each used up after `times` strikes. */
export class Script {
  #rules: ScriptRule[] = [];

  get rules(): readonly ScriptRule[] {
    return this.#rules;
  }

  replace(rules: readonly ScriptRule[]): void {
    this.#rules = [];
    this.append(rules);
  }

  append(rules: readonly ScriptRule[]): void {
    for (const rule of rules) this.#rules.push({ ...rule });
  }

  /** The first fault that strikes; `use` spends it. With `onlyNamed`, of the rules that name the path. */
  find(
    call: CallTraits,
    random: () => number,
    onlyNamed = false,
  ): { fault: CertainFault; use: () => void } | undefined {
    for (const rule of this.#rules) {
      if (onlyNamed && rule.match?.path === undefined) continue;
      if (!matches(rule, call)) continue;
      const fault = drawFault(rule.fault, random);
      if (fault !== undefined) return { fault, use: () => this.#use(rule) };
    }
    return undefined;
  }

  #use(rule: ScriptRule): void {
    rule.times = (rule.times ?? 1) - 1;
    if (rule.times > 0) return;
    this.#rules = this.#rules.filter((other) => other !== rule);
  }
}
