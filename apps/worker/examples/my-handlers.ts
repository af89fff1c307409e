import { defineTask, TaskFailure } from "@mutirao/protocol";
import { z } from "zod";

const item = z.object({ cents: z.int().nonnegative(), quantity: z.int().positive() });

/** What an order costs. */
export const invoice = defineTask({
  type: "INVOICE",
  input: z.object({ items: z.array(item) }),
  output: z.object({ totalCents: z.int() }),
  run({ items }, { progress }) {
    if (items.length === 0) throw new TaskFailure("ERR_NOTHING_ORDERED", "the order has no items");
    let totalCents = 0;
    for (const [index, { cents, quantity }] of items.entries()) {
      totalCents += cents * quantity;
      progress((index + 1) / items.length, `item ${index + 1}`);
    }
    return { totalCents };
  },
});
