import { findNginx, startSite } from "../../support/network/nginx.ts";
import { childrenOf } from "../../support/processes/children-of.ts";
import { CannotRunError } from "./cannot-run-error.ts";

/** What both gateways call: nginx, which answers everything at once and always the same. */
export type Upstream = {
  /** What an OpenAI client takes as its base; ends in `/v1`. */
  readonly url: string;
  readonly pids: readonly number[];
  stop(): Promise<void>;
};

/** The model that is called. */
export const peersModel = "bench/model:free";

const completion = JSON.stringify({
  id: "gen-1700000000-benchbenchbenchbench",
  object: "chat.completion",
  created: 1_700_000_000,
  model: peersModel,
  provider: "Bench",
  choices: [
    {
      index: 0,
      message: {
        role: "assistant",
        content: "An answer of a few words, as short ones are.",
        refusal: null,
      },
      finish_reason: "stop",
      native_finish_reason: "stop",
      logprobs: null,
    },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 11, total_tokens: 20 },
});

/** Our worker probes its keys, and our gateway reads the catalogue. */
const key = JSON.stringify({ data: { label: "bench", is_free_tier: true } });
const models = JSON.stringify({
  data: [
    {
      id: peersModel,
      name: "Bench",
      pricing: { prompt: "0", completion: "0" },
    },
  ],
});

/**
 * Starts nginx as the upstream.
 *
 * @throws {CannotRunError} when this machine has no nginx.
 */
export async function startUpstream(): Promise<Upstream> {
  const binary = findNginx();
  if (!binary) {
    throw new CannotRunError(
      "No nginx on this machine: `apt-get install -y nginx-light`, or what installs nginx on yours, then run the same command again.",
    );
  }
  const nginx = await startSite(binary, describeSite);
  return {
    url: `${nginx.url}/v1`,
    pids: childrenOf(nginx.pid, "nginx"),
    stop: () => nginx.stop(),
  };
}

function describeSite(port: number): string {
  return `server {
  listen 127.0.0.1:${port};
  default_type application/json;
  keepalive_requests 1000000000;
  location = /health { return 200 '{}'; }
  location = /v1/key { return 200 '${key}'; }
  location = /v1/models { return 200 '${models}'; }
  location = /v1/chat/completions { return 200 '${completion}'; }
}
`;
}
