import { TaskStoreError } from "@mutirao/task-store";
import { expect } from "vitest";

/** The store's own error with which something fails. */
export async function storeErrorOf(doing: Promise<unknown> | undefined): Promise<TaskStoreError> {
  const outcome = await Promise.resolve(doing).then(
    () => "it was done",
    (error: unknown) => error,
  );
  if (!(outcome instanceof TaskStoreError)) expect.fail(`expected a TaskStoreError, found ${String(outcome)}`);
  return outcome;
}
