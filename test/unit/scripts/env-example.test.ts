import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gatewayVariables } from "../../../apps/gateway/src/config.ts";
import { workerVariables } from "../../../apps/worker/src/config.ts";

const example = readFileSync(
  new URL("../../../.env.example", import.meta.url),
  "utf8",
);

test.each(Object.keys({ ...gatewayVariables.shape, ...workerVariables.shape }))(
  ".env.example explains %s",
  (name) => {
    expect(example).toMatch(new RegExp(`(^|\\n)(# )?${name}=`));
  },
);
