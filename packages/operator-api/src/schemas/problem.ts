import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { taskStateSchema } from "./task.ts";

/** A problem document of RFC 9457. */
export const problemSchema = named(
  "Problem",
  "What went wrong (RFC 9457).",
  [
    {
      type: "/errors#err_task_unknown",
      title: "There is no such task: it never was, or it ended so long ago that it is forgotten.",
      status: 404,
      detail: "there is no task order-4711",
      code: "ERR_TASK_UNKNOWN",
    },
  ],
  z.object({
    type: described(z.string(), "Where the code is explained, on this server."),
    title: described(z.string(), "What the code means."),
    status: described(z.int(), "The status of the answer."),
    detail: described(z.string(), "What happened this time, and what to do."),
    code: described(z.string().regex(/^ERR_[A-Z0-9_]+$/), "Does not change; for programs."),
    field: described(z.string().optional(), "The field that is wrong, such as `payload.USER`."),
    retryAfterS: described(z.int().optional(), "Seconds after which it may be worth asking again."),
    state: described(taskStateSchema.optional(), "The state of the task that stands in the way."),
  }),
);

export type Problem = z.infer<typeof problemSchema>;
