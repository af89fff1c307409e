import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "./moment.ts";

const loadTermSchema = named(
  "LoadTerm",
  "One of the figures that the state of the load depends on, or that explains it.",
  [{ name: "backlog", value: 12, unit: "tasks", high: 10, low: 4, isTripped: true }],
  z.object({
    name: z.string(),
    value: described(z.number().nullable(), "null: without bound, as the wait for a worker where there is none."),
    unit: z.string(),
    high: described(z.number().nullable(), "The state is entered above it; null: the figure only informs."),
    low: described(z.number().nullable(), "The state is left below it; null: it has no such mark."),
    isTripped: z.boolean(),
  }),
);

const milliseconds = z.number().min(0);

export const loadSchema = named(
  "Load",
  "How loaded the master is, and why.",
  [
    {
      state: "SATURATED",
      causes: ["backlog"],
      since: "2026-11-24T15:31:12.345Z",
      backlog: 12,
      running: 4,
      workers: 1,
      idleWorkers: 0,
      slots: 4,
      busySlots: 4,
      estimatedWaitMs: 3_000,
      oldestWaitMs: 810.5,
      arrivalsPerS: 6.2,
      serviceMs: 1_000,
      terms: [{ name: "backlog", value: 12, unit: "tasks", high: 10, low: 4, isTripped: true }],
    },
  ],
  z.object({
    state: described(
      z.enum(["NORMAL", "SATURATED", "STALLED"]),
      "SATURATED: more work than the farm can do in time; STALLED: tasks wait and there is no worker.",
    ),
    causes: described(z.array(z.string()), "The names of the terms that tripped."),
    since: described(moment, "When the state was entered."),
    backlog: described(z.int(), "Tasks that wait."),
    running: described(z.int(), "Tasks that workers have."),
    workers: described(z.int(), "Workers that could take a task, busy or not."),
    idleWorkers: z.int(),
    slots: described(z.int(), "Tasks that the farm can run at once."),
    busySlots: z.int(),
    estimatedWaitMs: described(
      milliseconds.nullable(),
      "Backlog times mean service time by slots; null while tasks wait and there is no worker.",
    ),
    oldestWaitMs: described(milliseconds, "How long the task that waits longest has been waiting."),
    arrivalsPerS: described(z.number().min(0), "Tasks that come in, per second."),
    serviceMs: described(milliseconds.nullable(), "What a task takes on average; null before the first is done."),
    terms: z.array(loadTermSchema),
  }),
);

export type Load = z.infer<typeof loadSchema>;
export type LoadTerm = z.infer<typeof loadTermSchema>;
