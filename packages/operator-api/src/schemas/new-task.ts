import { z } from "zod";
import { described, named } from "../api-schema.ts";

/** How long one attempt may take, unless the task says otherwise. */
const TIMEOUT_DEFAULT_MS = 60_000;
const TIMEOUT_MAX_MS = 24 * 3_600_000;
const ATTEMPTS_DEFAULT = 3;
const ATTEMPTS_MAX = 100;
const PRIORITY_MAX = 100;

/**
 * The id stands in paths of URLs: "." and ".." would mean another path there, spaces and control characters would
 * mean trouble everywhere.
 */
const ID_PATTERN = /^(?!\.{1,2}$)[!-~]{1,128}$/;
const TYPE_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;

/** The fields that a task shares with the request for it. */
export const newTaskFields = {
  id: described(
    z.string().regex(ID_PATTERN, 'must be 1 to 128 printable ASCII characters without spaces, and not "." or ".."'),
    "What the task is known by.",
  ),
  type: described(
    z.string().regex(TYPE_PATTERN, "must be 1 to 64 of A-Z a-z 0-9 . _ -"),
    "The name of a task type that workers know.",
  ),
  payload: described(
    z.unknown(),
    "What the handler is given: any JSON, at most 32 KiB of it in ASCII and 28 levels deep.",
  ),
  priority: described(z.int().min(-PRIORITY_MAX).max(PRIORITY_MAX), "Higher goes first."),
  timeoutMs: described(z.int().min(1).max(TIMEOUT_MAX_MS), "How long one attempt may take, in milliseconds."),
  maxAttempts: described(
    z.int().min(1).max(ATTEMPTS_MAX),
    "Attempts that may fail in the handler's words before the task is `failed`.",
  ),
};

const { id, type, payload, priority, timeoutMs, maxAttempts } = newTaskFields;

/**
 * A task as it is asked for. A field that we do not know is refused rather than ignored: it is more often a slip of the
 * pen than a word from the future, and a `timeoutMs` that was not meant is found out late.
 */
export const newTaskSchema = named(
  "NewTask",
  "A task as it is asked for.",
  [
    { type: "QUERY", payload: { USER: "ana" } },
    { id: "order-4711", type: "QUERY", payload: { USER: "ana" }, priority: 10, timeoutMs: 5_000, maxAttempts: 1 },
  ],
  z.strictObject({
    id: described(
      id.optional(),
      "An id of your own makes asking twice harmless: the first one counts, whatever the second says. Without it the " +
        "master makes one up.",
    ),
    type,
    payload,
    priority: described(priority.default(0), "Higher goes first."),
    timeoutMs: described(
      timeoutMs.default(TIMEOUT_DEFAULT_MS),
      "How long one attempt may take, in milliseconds. Then it is ended, and tried again.",
    ),
    maxAttempts: described(
      maxAttempts.default(ATTEMPTS_DEFAULT),
      "Attempts that may fail in the handler's words before the task is `failed`.",
    ),
  }),
);

/** What is typed, with the defaults left out. */
export type NewTask = z.input<typeof newTaskSchema>;
/** What is meant, with the defaults filled in. */
export type CompleteNewTask = z.output<typeof newTaskSchema>;
