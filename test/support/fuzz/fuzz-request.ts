import type { Fault } from "../../simulator/start-simulator.ts";

/** One request, as odd as it may be. */
export type FuzzRequest = {
  readonly method: string;
  /** With its query; may hold anything but white space. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Sent byte for byte over a connection of its own: what no HTTP library would send. */
  readonly isRaw: boolean;
  /** What the upstream answers if the request gets there; it names a model of its own. */
  readonly upstream?: Fault;
};
