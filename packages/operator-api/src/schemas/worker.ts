import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "./moment.ts";

export const workerSchema = named(
  "Worker",
  "A worker of the farm.",
  [
    {
      id: "worker-7",
      status: "ALIVE",
      owner: "master-a",
      borrowed: false,
      running: ["order-4711"],
      style: "session",
      slots: 4,
      types: ["QUERY"],
      tasksDone: 12,
      host: "127.0.0.1",
      port: 53_124,
      lastSeenAt: "2026-11-24T15:31:12.345Z",
    },
  ],
  z.object({
    id: described(z.string(), "Its id; `id#2` and so on if another live worker has the same."),
    status: described(
      z.enum(["ALIVE", "AWAY", "LENT", "TIMEOUT"]),
      "ALIVE; AWAY: its connection is gone and its tasks wait for its return; LENT: it is with another master; TIMEOUT: it was silent for too long.",
    ),
    owner: described(
      z.string(),
      "The master whose worker it is: of a borrowed one its id, or what the worker says of it while that is not known.",
    ),
    borrowed: described(z.boolean(), "Whether that is another master than this one."),
    running: described(z.array(z.string()), "The ids of the tasks that it has."),
    style: described(
      z.enum(["session", "pull", "pull-with-port", "push"]).nullable(),
      "How it talks to the master; null: it was lent before the master began, and has not been seen since.",
    ),
    slots: described(z.int(), "Tasks that it runs at once; 0 while it drains."),
    types: described(z.array(z.string()), "The task types that it can run."),
    tasksDone: described(z.int(), "Results that it has brought."),
    host: described(z.string(), "Where it is: of one that is lent, the master that it was sent to."),
    port: z.int(),
    lastSeenAt: described(moment.nullable(), "When something was heard of it last; null: not since the master began."),
  }),
);

export const workerListSchema = named("WorkerList", "The workers of the farm.", [[]], z.array(workerSchema));

export type Worker = z.infer<typeof workerSchema>;
