import { send } from "../../support/clients/send.ts";
import { cpuTimeMs, machineCpuMs } from "../../support/processes/cpu-time.ts";
import { type Load, runWrk } from "./run-wrk.ts";
import type { Peer, Peers } from "./start-peers.ts";
import { peersModel, type Upstream } from "./start-upstream.ts";

/** What a gateway did at one number of connections: medians over the rounds of all starts. */
export type PeerFigures = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time that a request costs each process, and the upstream, in µs. Only on Linux. */
  readonly cpuMicros: Readonly<Record<string, number>>;
};

/** Both at one number of connections. */
export type PeersResult = {
  readonly connections: number;
  readonly ours: PeerFigures;
  readonly portkey: PeerFigures;
};

/** All that was measured. */
export type PeersResults = {
  readonly results: readonly PeersResult[];
  /** How much of one core other processes of this machine used meanwhile, 0 to the number of cores. */
  readonly others: number;
};

type Round = Load & { readonly cpuMicros: Readonly<Record<string, number>> };

type Rounds = {
  readonly connections: number;
  readonly ours: Round[];
  readonly portkey: Round[];
};

/** Code that is not compiled yet is nobody's figure. */
const warmUpSeconds = 15;

/**
 * Starts the gateways several times, and loads them in turns: what V8 makes of the same code differs by a fifth from
 * one start to the next, and whatever else this machine does disturbs both alike.
 */
export async function measurePeers(
  startPeers: () => Promise<Peers>,
  upstream: Upstream,
  plan: {
    readonly connections: readonly number[];
    readonly starts: number;
    readonly rounds: number;
    readonly seconds: number;
  },
): Promise<PeersResults> {
  const measured = plan.connections.map((connections) => ({
    connections,
    ours: [] as Round[],
    portkey: [] as Round[],
  }));
  let others = 0;
  for (let start = 0; start < plan.starts; start += 1) {
    await using peers = await startPeers();
    others += await measureStart(peers, upstream, { ...plan, measured });
  }
  return {
    others: others / plan.starts,
    results: measured.map(({ connections, ours, portkey }) => ({
      connections,
      ours: sumUp(ours),
      portkey: sumUp(portkey),
    })),
  };
}

/** Adds the rounds of one start. Returns how much of one core other processes used meanwhile. */
async function measureStart(
  peers: Peers,
  upstream: Upstream,
  plan: {
    readonly measured: readonly Rounds[];
    readonly rounds: number;
    readonly seconds: number;
  },
): Promise<number> {
  const order = [peers.ours, peers.portkey];
  const most = Math.max(...plan.measured.map(({ connections }) => connections));
  for (const peer of order) {
    await checkAnswer(peer);
    await runWrk(peer, most, warmUpSeconds);
  }
  const others = watchOthers(order, upstream);
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const result of plan.measured) {
      for (const peer of order) {
        const { connections } = result;
        const load = { connections, seconds: plan.seconds };
        result[peer.name].push(await measureRound(peer, upstream, load));
      }
    }
    order.reverse();
  }
  const othersUsed = others();
  for (const peer of order) await checkAnswer(peer);
  return othersUsed;
}

/** A busy machine favours neither, but makes every figure worse. */
function watchOthers(peers: readonly Peer[], upstream: Upstream): () => number {
  const pids = [
    ...peers.flatMap((peer) => Object.values(peer.pids)),
    ...upstream.pids,
  ];
  const sum = () =>
    pids.reduce((ms, pid) => ms + (cpuTimeMs(pid) ?? Number.NaN), 0) +
    (cpuTimeMs(process.pid, true) ?? Number.NaN);
  const startedAt = performance.now();
  const before = (machineCpuMs() ?? Number.NaN) - sum();
  return () => {
    const after = (machineCpuMs() ?? Number.NaN) - sum();
    return (after - before) / (performance.now() - startedAt);
  };
}

async function measureRound(
  peer: Peer,
  upstream: Upstream,
  load: { readonly connections: number; readonly seconds: number },
): Promise<Round> {
  const before = readCpu(peer, upstream);
  const result = await runWrk(peer, load.connections, load.seconds);
  const after = readCpu(peer, upstream);
  return {
    ...result,
    cpuMicros: Object.fromEntries(
      Object.entries(after).map(([name, ms]) => [
        name,
        ((ms - (before[name] ?? 0)) * 1_000) / result.requests,
      ]),
    ),
  };
}

function readCpu({ pids }: Peer, upstream: Upstream): Record<string, number> {
  const read = (pid: number) => cpuTimeMs(pid) ?? Number.NaN;
  return {
    ...Object.fromEntries(
      Object.entries(pids).map(([name, pid]) => [name, read(pid)]),
    ),
    upstream: upstream.pids.reduce((sum, pid) => sum + read(pid), 0),
  };
}

/** wrk tells only errors from answers: that the answer is the upstream's is checked here. */
async function checkAnswer({ name, url, headers }: Peer): Promise<void> {
  const { status, text } = await send(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({
      model: peersModel,
      messages: [{ role: "user", content: "Hello" }],
    }),
  });
  if (status === 200 && text.includes("gen-1700000000")) return;
  throw new Error(`${name} answered ${status}: ${text}`);
}

function sumUp(rounds: readonly Round[]): PeerFigures {
  const names = Object.keys(rounds[0]?.cpuMicros ?? {});
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    p50Ms: median(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(rounds.map(({ p99Ms }) => p99Ms)),
    cpuMicros: Object.fromEntries(
      names.map((name) => [
        name,
        median(rounds.map(({ cpuMicros }) => cpuMicros[name] ?? Number.NaN)),
      ]),
    ),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [
    sorted[Math.ceil(middle) - 1],
    sorted[Math.floor(middle)],
  ];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}
