import { projectRoot } from "./project-root.ts";
import { runStack } from "./stack/run-stack.ts";

await runStack({ watch: true, folder: projectRoot });
