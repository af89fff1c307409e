import { setTimeout } from "node:timers/promises";
import { defineTask } from "@mutirao/protocol";
import { z } from "zod";

/** The work of the demonstration: a row to be harvested, which takes a moment. */
export const harvest = defineTask({
  type: "HARVEST",
  input: z.object({ row: z.int() }),
  output: z.object({ row: z.int(), baskets: z.int() }),
  async run({ row }) {
    await setTimeout(200);
    return { row, baskets: 3 + (row % 4) };
  },
});
