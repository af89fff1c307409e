import { instantMs } from "@mutirao/primitives";
import { expect, test } from "vitest";
import { createAlarm, now } from "../src/alarm.ts";

test("a deadline further off than a timer can wait for does not ring at once, again and again", async () => {
  const farOff = instantMs(now() + 2 ** 31 + 60_000);
  let rings = 0;
  const far = createAlarm(() => {
    rings += 1;
    return farOff;
  });
  far.before(farOff);
  const { promise, resolve } = Promise.withResolvers<void>();
  const near = createAlarm(() => {
    resolve();
    return undefined;
  });
  near.before(instantMs(now() + 50));
  await promise;
  far.stop();
  near.stop();
  expect(rings).toBe(0);
});
