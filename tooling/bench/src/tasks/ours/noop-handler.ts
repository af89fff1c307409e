import { defineTask } from "@mutirao/protocol";
import { z } from "zod";

/** Does nothing but give back a number, so that its result can be checked. It runs like any handler. */
export const noop = defineTask({
  type: "NOOP",
  input: z.object({ n: z.int(), pad: z.string() }),
  output: z.int(),
  run: ({ n }) => n,
});
