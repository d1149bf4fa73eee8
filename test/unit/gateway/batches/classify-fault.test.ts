import { readFile } from "node:fs/promises";
import { withTimeout } from "@openrouter-free-pool/shared/timers/with-timeout";
import { Disk, errors } from "flydrive";
import { FSDriver } from "flydrive/drivers/fs";
import { expect, test } from "vitest";
import { classifyFault } from "../../../../apps/gateway/src/batches/faults/classify-fault.ts";

const disk = new Disk(
  // Below a file there can be no folder.
  new FSDriver({
    location: `${import.meta.filename}/x`,
    visibility: "private",
  }),
);

const here = new Disk(
  new FSDriver({ location: import.meta.dirname, visibility: "private" }),
);

const thrownBy = (action: () => Promise<unknown>): Promise<unknown> =>
  action().then(
    () => undefined,
    (error: unknown) => error,
  );

test.each([
  "OOM command not allowed when used memory > 'maxmemory'.",
  "LOADING Redis is loading the dataset in memory",
  "READONLY You can't write against a read only replica.",
  "Connection is closed.",
  "Stream isn't writeable and enableOfflineQueue options is false",
])("%s is an outage of Redis", (message) => {
  expect(classifyFault(new Error(message))).toBe("redis-outage");
});

test("a Redis that hangs is away", async () => {
  const late = await thrownBy(() => withTimeout(new Promise(() => {}), 1));
  expect(classifyFault(late)).toBe("redis-outage");
});

test("a storage that cannot be written to is away", async () => {
  const error = await thrownBy(() => disk.put("a", "b"));
  expect(classifyFault(error)).toBe("storage-outage");
  const cause = Object.assign(new Error("full"), { code: "ENOSPC" });
  const full = new errors.E_CANNOT_WRITE_FILE(["a"], { cause });
  expect(classifyFault(full)).toBe("storage-outage");
});

test("what is missing in the storage does not come back by itself", async () => {
  expect(classifyFault(await thrownBy(() => here.get("no-such-file")))).toBe(
    "fault",
  );
  const raw = await thrownBy(() => readFile("/no/such/file"));
  expect(classifyFault(raw)).toBe("fault");
});

test.each([
  new RangeError("Maximum call stack size exceeded"),
  new TypeError("x is not a function"),
  new Error("WRONGTYPE Operation against a key"),
])("%s comes again", (error) => {
  expect(classifyFault(error)).toBe("fault");
});
