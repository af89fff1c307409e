import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "./moment.ts";

export const loanDirectionSchema = named(
  "LoanDirection",
  "out: a worker of this master's is with another; in: another's worker is here.",
  ["out"],
  z.enum(["in", "out"]),
);

export const loanSchema = named(
  "Loan",
  "A worker that was lent or borrowed, open or past.",
  [
    {
      id: "worker-7@3",
      worker: "worker-7",
      owner: "master-a",
      borrower: "master-b",
      direction: "out",
      state: "lent",
      startedAt: "2026-11-24T15:31:12.345Z",
      endedAt: null,
      leaseLeftMs: 27_310,
      tasksDone: null,
      reason: "it has left for the borrower",
    },
  ],
  z.object({
    id: described(z.string(), "The worker and the number of its lease."),
    worker: z.string(),
    owner: described(z.string(), "The master whose worker it is: its id, or its address if it never said."),
    borrower: described(z.string(), "The master that has it: its id, or its address if it never said."),
    direction: loanDirectionSchema,
    state: described(
      z.enum(["flushing", "offered", "lent", "returning", "lost", "home", "held", "releasing", "left"]),
      "Out: flushing (the lease is written down), offered (it is told to go), lent, returning, lost (nothing was heard " +
        "of it until the end of its lease), home. In: held (it is given tasks), releasing (it gets nothing new), left.",
    ),
    startedAt: moment,
    endedAt: described(moment.nullable(), "null: it is open."),
    leaseLeftMs: described(
      z.number().min(0).nullable(),
      "How long the worker stays at most, unless its lease is renewed; null while there is none to renew.",
    ),
    tasksDone: described(
      z.int().nullable(),
      "What a borrowed worker has done here. null of one that is lent: the borrower does not tell.",
    ),
    reason: described(z.string(), "Why it stands so."),
  }),
);

export const loanListSchema = named(
  "LoanList",
  "Loans: the open ones first, then those that ended, the last first.",
  [[]],
  z.array(loanSchema),
);

export type Loan = z.infer<typeof loanSchema>;
