import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import type { Logger } from "pino";
import { describeJob } from "../job/describe-job.ts";
import type {
  DispatchMetrics,
  OutcomeName,
} from "../metrics/dispatch-metrics.ts";
import type { JobOutcomes } from "./settle.ts";

type Observation = {
  readonly name: OutcomeName;
  readonly level: "debug" | "info";
  readonly message: string;
};

/** Counts and logs what becomes of jobs, whoever decides it. */
export function observeOutcomes(
  outcomes: JobOutcomes,
  deps: { metrics: DispatchMetrics; logger: Logger },
): JobOutcomes {
  /** `detail` picks from the arguments behind the job what is worth a line. */
  function observed<Args extends unknown[]>(
    { name, level, message }: Observation,
    act: (job: CompletionJob, ...args: Args) => Promise<undefined>,
    detail: (...args: Args) => object = () => ({}),
  ) {
    return (job: CompletionJob, ...args: Args) => {
      deps.metrics.countOutcome(name);
      deps.logger[level]({ ...describeJob(job), ...detail(...args) }, message);
      return act(job, ...args);
    };
  }

  return {
    answer: observed(
      { name: "answered", level: "debug", message: "Answered a request" },
      outcomes.answer,
      ({ status }) => ({ status }),
    ),
    fail: observed(
      { name: "failed", level: "info", message: "Gave up a request" },
      outcomes.fail,
      (code, retryAfterMs) => ({ code, retryAfterMs }),
    ),
    endStream: observed(
      { name: "stream-ended", level: "debug", message: "Ended a stream" },
      outcomes.endStream,
    ),
    close: observed(
      {
        name: "closed",
        level: "info",
        message: "Closed a request that a lost worker had answered",
      },
      outcomes.close,
    ),
    breakStream: observed(
      { name: "stream-broken", level: "info", message: "Broke off a stream" },
      outcomes.breakStream,
      ({ status, message: reason }) => ({ status, reason }),
    ),
    putBack: observed(
      {
        name: "put-back",
        level: "debug",
        message: "Put a request back at the head of the line",
      },
      outcomes.putBack,
    ),
    deferForModel: observed(
      {
        name: "deferred-for-model",
        level: "info",
        message: "Delayed a request until its model has cooled down",
      },
      outcomes.deferForModel,
      (cooldownMs) => ({ cooldownMs }),
    ),
    deferForGateway: observed(
      {
        name: "deferred-for-gateway",
        level: "info",
        message: "Delayed a request until its gateway is heard of",
      },
      outcomes.deferForGateway,
      (awayMs) => ({ awayMs }),
    ),
    retryLater: observed(
      { name: "retried", level: "info", message: "Will try a request again" },
      outcomes.retryLater,
      ({ failures }) => ({ failures }),
    ),
    drop: observed(
      {
        name: "dropped",
        level: "info",
        message: "Dropped a request that nobody waits for",
      },
      outcomes.drop,
    ),
    disown: observed(
      {
        name: "disowned",
        level: "info",
        message: "Dropped a request whose gateway seems to be gone",
      },
      outcomes.disown,
    ),
    callOff: observed(
      { name: "called-off", level: "info", message: "Called off a request" },
      outcomes.callOff,
      (signal) => ({ reason: String(signal.reason) }),
    ),
  };
}
