import { loadScript } from "@openrouter-free-pool/shared/redis/script";
import type { Passage } from "../../support/network/faulty-line.ts";
import { until } from "../../support/until.ts";
import type { Scene } from "./fault.ts";

const source = new URL("../../../libs/shared/src/", import.meta.url);
const take = loadScript(new URL("dispatch/take-jobs.lua", source)).sha;
const finish = loadScript(new URL("replies/finish-jobs.lua", source)).sha;

/** A moment in the life of the first worker's jobs. */
export type Stage = {
  readonly name: string;
  /** How it is reached, for the table. */
  readonly how: string;
  /** Resolves when the first worker is there; it stays until its line lets it go on. */
  reach(scene: Scene): Promise<void>;
};

/** Holds what the first worker and Redis say to each other from some words on. */
async function holdAt(
  what: string,
  scene: Scene,
  isTheMoment: (passage: Passage) => boolean,
): Promise<void> {
  let isReached = false;
  scene.line("first-worker").follow((passage) => {
    if (!isTheMoment(passage)) return "pass";
    isReached = true;
    return "hold";
  });
  await until(what, () => isReached, 60_000);
}

/** Resolves between two windows: else calls made before would be in the worker's hands, too. */
async function nothingInFlight({ stack }: Scene): Promise<void> {
  await until("the calls before have ended", async () => {
    return (await stack.simulator.summary()).inFlight === 0;
  });
}

/** Replies on a connection on which a script was asked for. */
function replyTo(sha: string): (passage: Passage) => boolean {
  const asked = new WeakSet<object>();
  return ({ direction, bytes, connection }) => {
    if (direction === "reply") return asked.has(connection);
    if (bytes.includes(sha)) asked.add(connection);
    return false;
  };
}

const holdRequest =
  (what: string, sha: string) =>
  (scene: Scene): Promise<void> =>
    holdAt(
      what,
      scene,
      ({ direction, bytes }) => direction === "request" && bytes.includes(sha),
    );

/** The stages of a job, in their order. */
export const stages: readonly Stage[] = [
  {
    name: "before-slot",
    how: "the worker asks for jobs, and Redis has not heard it",
    async reach(scene) {
      await nothingInFlight(scene);
      await holdRequest("jobs are asked for", take)(scene);
    },
  },
  {
    name: "after-slot",
    how: "Redis has given jobs and slots, and the worker has not heard it",
    async reach(scene) {
      await nothingInFlight(scene);
      await holdAt(
        "jobs are given",
        scene,
        ({ direction, bytes }) =>
          direction === "reply" && bytes.includes("granted"),
      );
    },
  },
  {
    name: "during-call",
    how: "calls are at the upstream",
    async reach({ stack }) {
      await stack.simulator.settings({ latencyMs: 2_000 });
      await until(
        "many calls are in flight",
        async () => (await stack.simulator.summary()).inFlight >= 30,
        60_000,
      );
    },
  },
  {
    name: "after-answer",
    how: "the worker has answers, and Redis has not heard it",
    reach: holdRequest("an answer is handed in", finish),
  },
  {
    name: "after-reply",
    how: "Redis has the replies and has ended the jobs, and the worker has not heard it",
    reach: (scene) => holdAt("a job is ended", scene, replyTo(finish)),
  },
];
