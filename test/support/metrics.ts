import { send } from "./clients/send.ts";
import type { AppProcess } from "./processes/app-process.ts";

/** One line of `GET /metrics`. */
export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** What a process measures at one moment. */
export type Scrape = {
  readonly text: string;
  readonly samples: readonly Sample[];
  /** The sum over all samples of a name that have these labels; undefined when there are none. */
  value(name: string, labels?: Record<string, string>): number | undefined;
  /** The values of one label. */
  labelValues(name: string, label: string): string[];
};

/** Scrapes a gateway or a worker, as Prometheus would. */
export async function scrape(url: string): Promise<Scrape> {
  const { status, text, headers } = await send(`${url}/metrics`);
  const type = headers.get("content-type") ?? "";
  if (status !== 200 || !type.startsWith("text/plain; version=0.0.4")) {
    throw new Error(`/metrics answered ${status} ${type} ${text}`);
  }
  const samples = parseSamples(text);
  const find = (name: string) =>
    samples.filter((sample) => sample.name === name);
  return {
    text,
    samples,
    value(name, wanted = {}) {
      const found = find(name).filter(({ labels }) =>
        Object.entries(wanted).every(([key, value]) => labels[key] === value),
      );
      if (found.length === 0) return undefined;
      return found.reduce((sum, { value }) => sum + value, 0);
    },
    labelValues: (name, label) => [
      ...new Set(find(name).map(({ labels }) => labels[label] ?? "")),
    ],
  };
}

/** Where a worker answers `/health` and `/metrics`. */
export function workerUrl(worker: AppProcess): string {
  const [line] = worker.logged("Worker health is served");
  return `http://127.0.0.1:${String(line?.port)}`;
}

function parseSamples(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const [, name, labels = "", value] =
      /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? [];
    return name === undefined
      ? []
      : [{ name, labels: parseLabels(labels), value: Number(value) }];
  });
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, value]) => [
      key,
      value,
    ]),
  );
}
