import { setTimeout as sleep } from "node:timers/promises";
import { defineTask } from "@mutirao/protocol";
import { z } from "zod";
import { clockMs } from "./clock.ts";

/** Takes so long, and says when it began and ended, by the clock that all processes of a machine share. */
export const timed = defineTask({
  type: "TIMED",
  input: z.object({ ms: z.number() }),
  output: z.object({ startedMs: z.number(), endedMs: z.number() }),
  async run({ ms }) {
    const startedMs = clockMs();
    await sleep(ms);
    return { startedMs, endedMs: clockMs() };
  },
});
