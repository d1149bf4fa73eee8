#!/usr/bin/env node
// `npx openrouter-free-pool`: everything on one machine, with settings and data in the working
// folder.
import { runPackaged } from "./run-packaged.mjs";

await runPackaged("scripts/package/start.ts");
