import type { EnvironmentKey } from "../keys/environment-keys.ts";
import { digestKey } from "../keys/secret-digest.ts";
import {
  type Client,
  type ClientRecord,
  toClient,
  toEnvironmentClient,
} from "../records/client.ts";

/**
 * Version of the clients in Redis; it counts changes. Undefined: there never was a client. 0: an
 * operator has said that nobody needs a key.
 */
export type ClientsVersion = number | undefined;

/** One change of the clients at run time; without a record the client was removed. */
export type ClientNews = {
  readonly version: number;
  readonly id: string;
  readonly record: ClientRecord | undefined;
};

/** All clients that this gateway knows. A key's client is found by one look-up in a map. */
export class ClientDirectory {
  readonly #environment: ReadonlyMap<string, Client>;
  readonly #byDigest = new Map<string, Client>();
  readonly #runTime = new Map<string, Client>();
  #isKnown = false;
  #version: ClientsVersion;
  #isKeyRequired: boolean;

  constructor(environment: readonly EnvironmentKey[]) {
    const clients = environment.map(({ name, digest }) => {
      const client = this.#findNamed(name) ?? toEnvironmentClient(name);
      this.#byDigest.set(digest, client);
      return [name, client] as const;
    });
    this.#environment = new Map(clients);
    this.#isKeyRequired = clients.length > 0;
  }

  /** Whether Redis has been read once. Before, only keys of the environment are known. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  get version(): ClientsVersion {
    return this.#version;
  }

  /** Whether a request without a key is refused. Until Redis has been read, it is. */
  get requiresKey(): boolean {
    return !this.#isKnown || this.#isKeyRequired;
  }

  /** Whether keys are not required, by what is known; true also while Redis has not been read. */
  get isKeyless(): boolean {
    return !this.#isKeyRequired;
  }

  /** The client that a key belongs to. */
  findByKey(key: string): Client | undefined {
    return this.#byDigest.get(digestKey(key));
  }

  find(id: string): Client | undefined {
    return this.#runTime.get(id) ?? this.#environment.get(id);
  }

  /** The name of a client; its id when it is unknown, for instance removed. */
  nameOf(id: string): string {
    return this.nameOrNull(id) ?? id;
  }

  /** The name of a client in the API's answers; null when it is unknown, for instance removed. */
  nameOrNull(id: string): string | null {
    return this.find(id)?.name ?? null;
  }

  /** All clients, by name. */
  list(): Client[] {
    const all = [...this.#environment.values(), ...this.#runTime.values()];
    return all.sort((a, b) =>
      a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1,
    );
  }

  /** Whether a client of the environment has this name. */
  isInEnvironment(name: string): boolean {
    const wanted = name.toLowerCase();
    return [...this.#environment.keys()].some(
      (each) => each.toLowerCase() === wanted,
    );
  }

  /**
   * Replaces the run-time clients by those that Redis has.
   *
   * @returns false when Redis has lost its clients. Keys are still required then.
   */
  replaceAll(
    records: readonly ClientRecord[],
    version: ClientsVersion,
  ): boolean {
    for (const id of [...this.#runTime.keys()]) this.#forget(id);
    for (const record of records) this.#remember(record);
    const isLost =
      version === undefined &&
      this.#isKeyRequired &&
      this.#environment.size === 0;
    this.#version = version;
    this.#isKnown = true;
    this.#isKeyRequired ||= Boolean(version);
    if (version === 0) this.#isKeyRequired = this.#environment.size > 0;
    return !isLost;
  }

  /** Applies one change. @returns false when changes before it were missed. */
  apply({ version, id, record }: ClientNews): boolean {
    if (version === this.#version) return true;
    if (!this.#isKnown || version !== (this.#version ?? 0) + 1) return false;
    this.#forget(id);
    if (record) this.#remember(record);
    this.#version = version;
    this.#isKeyRequired = true;
    return true;
  }

  #findNamed(name: string): Client | undefined {
    return [...this.#byDigest.values()].find((client) => client.name === name);
  }

  #remember(record: ClientRecord): void {
    const client = toClient(record);
    this.#runTime.set(client.id, client);
    this.#byDigest.set(record.digest, client);
  }

  #forget(id: string): void {
    const digest = this.#runTime.get(id)?.record?.digest;
    if (digest !== undefined) this.#byDigest.delete(digest);
    this.#runTime.delete(id);
  }
}
