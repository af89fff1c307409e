import { z } from "zod";
import { described, named } from "../api-schema.ts";

/** What is kept of a master over time, in the order of the columns. */
export const historyColumns = [
  "backlog",
  "backlogHigh",
  "backlogLow",
  "running",
  "slots",
  "busySlots",
  "throughputPerS",
  "estimatedWaitMs",
  "waitP50Ms",
  "waitP99Ms",
  "workersOwned",
  "workersLent",
  "workersBorrowed",
  "workersIdle",
] as const;

export type HistoryColumn = (typeof historyColumns)[number];

const column = z.array(z.number().nullable());
const shape = Object.fromEntries(historyColumns.map((name) => [name, column])) as Record<HistoryColumn, typeof column>;
const example = Object.fromEntries(historyColumns.map((name) => [name, [12, null]])) as Record<
  HistoryColumn,
  (number | null)[]
>;

export const masterHistorySchema = named(
  "MasterHistory",
  "How a master was over time: columns of one length, ready to be drawn.",
  [{ master: "master-a", stepS: 10, at: [1_795_000_000, 1_795_000_010], state: ["NORMAL", "SATURATED"], ...example }],
  z.object({
    master: z.string(),
    stepS: described(z.number(), "Seconds that one point stands for."),
    at: described(z.array(z.number()), "Epoch seconds, counting up."),
    state: described(z.array(z.string()), "The gravest state within each step."),
    ...shape,
  }),
);

export const differenceSchema = named(
  "Difference",
  "How two masters see their peers.",
  [{ left: "a", right: "b", rows: [{ peer: "c", left: "ALIVE", right: "TIMEOUT", differs: true }] }],
  z.object({
    left: z.string(),
    right: z.string(),
    rows: z.array(
      z.object({
        peer: z.string(),
        left: described(z.string().nullable(), "null: it does not know that peer."),
        right: z.string().nullable(),
        differs: z.boolean(),
      }),
    ),
  }),
);

export type MasterHistory = z.infer<typeof masterHistorySchema>;
export type Difference = z.infer<typeof differenceSchema>;
