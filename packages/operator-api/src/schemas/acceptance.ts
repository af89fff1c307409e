import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { newTaskFields } from "./new-task.ts";
import { problemSchema } from "./problem.ts";
import { taskStateSchema } from "./task.ts";

/** The master has the task, and no crash will make it forget. */
export const acceptanceSchema = named(
  "Acceptance",
  "The master has the task, durably.",
  [{ id: "order-4711", state: "pending" }],
  z.object({ id: newTaskFields.id, state: taskStateSchema }),
);

/** What became of one line of a batch. */
export const batchAnswerSchema = named(
  "BatchAnswer",
  "What became of one line of a batch.",
  [
    { line: 1, id: "order-4711", status: 202 },
    {
      line: 3,
      id: null,
      status: 422,
      problem: {
        type: "/errors#err_request_invalid",
        title: "A field is missing, unknown, of the wrong type or out of its range.",
        status: 422,
        detail: "type is missing",
        code: "ERR_REQUEST_INVALID",
        field: "type",
      },
    },
  ],
  z.object({
    line: described(z.int(), "The number of the line in the request, counted from 1, blank lines included."),
    id: described(z.string().nullable(), "The task; null if the line does not say."),
    status: described(z.int(), "As `POST /tasks` would have answered: 202 accepted, 200 known before, else refused."),
    problem: described(problemSchema.optional(), "Why it was refused."),
  }),
);

export type Acceptance = z.infer<typeof acceptanceSchema>;
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;
