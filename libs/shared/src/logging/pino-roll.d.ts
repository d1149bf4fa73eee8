// The package has no types; these are the options in use.
declare module "pino-roll" {
  import type { DestinationStream } from "pino";

  function buildRollingFile(options: {
    file: string;
    frequency: "daily" | "hourly";
    dateFormat: string;
    size: string;
    limit: { count: number; removeOtherLogFiles: boolean };
    mkdir: boolean;
    sync: boolean;
  }): Promise<DestinationStream>;
  export = buildRollingFile;
}
