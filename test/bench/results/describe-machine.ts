import { availableParallelism, cpus, loadavg } from "node:os";

/** What a run was measured on. Between machines only ratios compare, not times. */
export type Machine = {
  readonly cpus: number;
  readonly model: string | undefined;
  /** Of the last minute before the run: what else the machine had to do. */
  readonly load: number | undefined;
};

/** Reads what this machine is. */
export function describeMachine(): Machine {
  return {
    cpus: availableParallelism(),
    model: cpus()[0]?.model,
    load: loadavg()[0],
  };
}
