import { send } from "./send.ts";

/** The parts of `GET /api/v1/keys/status` that tests look at. */
export type PoolStatus = {
  readonly keys: readonly {
    readonly key: string;
    readonly state: string;
    readonly available: boolean;
    readonly account: string;
    readonly minute: UseStatus;
    readonly day: UseStatus;
  }[];
  readonly queue: {
    readonly waiting: number;
    readonly inFlight: number;
    readonly paused: boolean;
  };
  readonly workers: number;
};

type UseStatus = {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** Seconds. */
  readonly resetIn: number | null;
};

/** Reads the pool's status from a gateway. */
export async function readPoolStatus(url: string): Promise<PoolStatus> {
  const { status, body, text } = await send(`${url}/api/v1/keys/status`);
  if (status !== 200) throw new Error(`keys/status answered ${status} ${text}`);
  return body as PoolStatus;
}
