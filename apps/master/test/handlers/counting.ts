import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { defineTask } from "@mutirao/protocol";
import { z } from "zod";

/** Gives back its number after a while, and notes that it did in a file of its process: those who count need no master. */
export const count = defineTask({
  type: "count",
  input: z.object({ n: z.int(), ms: z.number(), folder: z.string() }),
  output: z.object({ n: z.int() }),
  async run({ n, ms, folder }) {
    await delay(ms);
    appendFileSync(join(folder, `${process.pid}`), `${n}\n`);
    return { n };
  },
});
