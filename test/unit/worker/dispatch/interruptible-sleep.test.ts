import { expect, test } from "vitest";
import { InterruptibleSleep } from "../../../../apps/worker/src/dispatch/interruptible-sleep.ts";

test("a sleeper wakes when it is woken, or when its time is over", async () => {
  const waker = new InterruptibleSleep();
  const asleep = waker.sleep();
  waker.wake();
  await asleep;
  await waker.sleep(1);
  // Nobody sleeps: nothing to wake, and the next sleeper is not woken by it.
  waker.wake();
  let isAwake = false;
  const next = waker.sleep().then(() => {
    isAwake = true;
  });
  await Promise.resolve();
  expect(isAwake).toBe(false);
  waker.wake();
  await next;
});
