import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buildServer } from "./server.ts";
import type { SimulatorSettings } from "./settings.ts";
import { Simulation } from "./simulation.ts";

const { env } = process;
const settings: SimulatorSettings = JSON.parse(env.SIMULATOR_SETTINGS || "{}");
const host = env.SIMULATOR_HOST || "127.0.0.1";
const port = Number(env.SIMULATOR_PORT || 0);

const server = buildServer(new Simulation(settings));

function exit(): void {
  server.close();
  server.closeAllConnections();
  process.exit(0);
}

process.once("SIGTERM", exit);
process.once("SIGINT", exit);
if (env.SIMULATOR_EXIT_WITH_PARENT === "1") {
  process.stdin.once("end", exit).once("error", exit).resume();
}

server.listen(port, host);
await once(server, "listening");
const address = server.address() as AddressInfo;
export const url = `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
process.stdout.write(`${JSON.stringify({ event: "listening", url })}\n`);
