import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { apiLimits } from "../limits.ts";

const peer = described(z.string().min(1).max(300), "A peer: its id, or its address as it was given with `--peer`.");
const workers = z.int().min(1).max(apiLimits.orderMax);

export const borrowOrderSchema = named(
  "BorrowOrder",
  "Ask for workers now, whatever the figures say.",
  [{ workers: 2 }, { peer: "master-b", workers: 2 }],
  z.strictObject({
    peer: described(peer.optional(), "Whom to ask; without it, whoever said to have most to spare."),
    workers: described(workers, "How many, within `--borrow-max`."),
  }),
);

export const lendOrderSchema = named(
  "LendOrder",
  "Send idle workers to a peer that has not asked, within `--lend-max` and `--lend-reserve`.",
  [{ peer: "master-b" }, { peer: "master-b", count: 2 }, { peer: "10.0.0.7:9101", workers: ["worker-7"] }],
  z
    .strictObject({
      peer,
      count: described(workers.optional(), "So many, the one that is idle for longest first; 1 if nothing is said."),
      workers: described(
        z.array(z.string().min(1).max(300)).min(1).max(apiLimits.orderMax).optional(),
        "These, or none of them.",
      ),
    })
    .refine(({ count, workers: named }) => count === undefined || named === undefined, {
      path: ["count"],
      message: "and workers do not go together: give one of them",
    }),
);

export const reclaimOrderSchema = named(
  "ReclaimOrder",
  "Call lent workers back: one of `loan`, `peer` and `all`.",
  [{ loan: "worker-7@3" }, { peer: "master-b" }, { all: true }],
  z
    .strictObject({
      loan: described(
        z.string().min(1).max(400).optional(),
        "One worker; of those that its borrower has, the first that is free comes.",
      ),
      peer: described(peer.optional(), "Whatever this peer has."),
      all: described(z.literal(true).optional(), "Everything."),
    })
    .refine((order) => Object.values(order).filter((value) => value !== undefined).length === 1, {
      path: ["all"],
      message: "must be true, or else loan or peer be there: give exactly one of them",
    }),
);

export const drainOrderSchema = named(
  "DrainOrder",
  "End in good order.",
  [{}, { timeoutS: 120 }],
  z.strictObject({
    timeoutS: described(
      z.number().min(0).max(apiLimits.drainMaxS).optional(),
      "The longest that the end may take, in seconds; `--drain-timeout` if absent. What is not done then is kept.",
    ),
  }),
);

export const borrowingSchema = named(
  "Borrowing",
  "Who was asked. What comes of it is seen in the loans and in the journal.",
  [{ asks: [{ peer: "10.0.0.7:9101", workers: 2 }] }],
  z.object({ asks: z.array(z.object({ peer: z.string(), workers: z.int() })) }),
);

export const orderedLoansSchema = named(
  "OrderedLoans",
  "The loans that begin, or that were called back.",
  [{ loans: ["worker-7@3"] }],
  z.object({ loans: described(z.array(z.string()), "Their ids.") }),
);

export const drainingSchema = named(
  "Draining",
  "The master is about to end.",
  [{ status: "draining", timeoutS: 20 }],
  z.object({
    status: z.literal("draining"),
    timeoutS: described(z.number(), "It ends after so many seconds at the latest."),
  }),
);

export type BorrowOrder = z.infer<typeof borrowOrderSchema>;
export type LendOrder = z.infer<typeof lendOrderSchema>;
export type ReclaimOrder = z.infer<typeof reclaimOrderSchema>;
export type DrainOrder = z.infer<typeof drainOrderSchema>;
export type Borrowing = z.infer<typeof borrowingSchema>;
export type OrderedLoans = z.infer<typeof orderedLoansSchema>;
export type Draining = z.infer<typeof drainingSchema>;
