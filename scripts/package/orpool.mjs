#!/usr/bin/env node
// `npx --package openrouter-free-pool orpool`: the command line, from the same package.
import { runPackaged } from "./run-packaged.mjs";

await runPackaged("apps/cli/src/main.ts");
