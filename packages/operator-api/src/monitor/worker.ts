import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "../schemas/moment.ts";
import { figure } from "./master.ts";

export const monitoredWorkerSchema = named(
  "MonitoredWorker",
  "A worker, as masters of ours report it. Foreign masters only count theirs.",
  [
    {
      ...{ key: '["master-a","worker-7"]', id: "worker-7", owner: "master-a", master: "master-b", status: "ALIVE" },
      ...{ slots: 4, busy: 2, since: "2026-11-24T15:31:12.345Z" },
      saidBy: [{ master: "master-b", status: "ALIVE" }],
    },
  ],
  z.object({
    key: described(z.string(), "Names it: two farms may have a worker of the same id."),
    id: z.string(),
    owner: described(z.string(), "Whose it is."),
    master: described(z.string().nullable(), "Where it is; null if nobody has it."),
    status: described(
      z.string(),
      "ALIVE, AWAY, LENT or TIMEOUT, as the master says that has it, or else that had it last.",
    ),
    slots: figure,
    busy: figure,
    since: described(moment, "When something of this last changed. How old it may be, `heardAt` of its master tells."),
    saidBy: described(z.array(z.object({ master: z.string(), status: z.string() })), "Every master that reports it."),
  }),
);

export const monitoredWorkerListSchema = named(
  "MonitoredWorkerList",
  "The workers.",
  [[]],
  z.array(monitoredWorkerSchema),
);

export const monitoredLoanSchema = named(
  "MonitoredLoan",
  "A worker of one master at another.",
  [
    {
      ...{ key: '["master-a","loan-1"]', id: "loan-1", worker: "worker-7", lender: "master-a", borrower: "master-b" },
      ...{ state: "here", endsAt: "2026-11-24T15:32:12.345Z", since: "2026-11-24T15:31:12.345Z" },
      saidBy: ["master-a", "master-b"],
    },
  ],
  z.object({
    key: z.string(),
    id: z.string(),
    worker: z.string(),
    lender: z.string(),
    borrower: z.string(),
    state: described(
      z.string(),
      "A word of the lender, or else of the borrower; `lost`: nobody has it; `unreturnable`: it does not come home.",
    ),
    endsAt: described(moment.nullable(), "When it ends by itself."),
    since: described(moment, "Since when the state is what it is."),
    saidBy: z.array(z.string()),
  }),
);

export const monitoredLoanListSchema = named("MonitoredLoanList", "The loans.", [[]], z.array(monitoredLoanSchema));

export type MonitoredWorker = z.infer<typeof monitoredWorkerSchema>;
export type MonitoredLoan = z.infer<typeof monitoredLoanSchema>;
