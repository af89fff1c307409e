import { assert, type TaskId } from "@mutirao/primitives";
import type { TaskRecord } from "../task-record.ts";
import { type StoreErrorCode, type TaskStore, TaskStoreError } from "../task-store.ts";
import type { TaskStoreHarness } from "./harness.ts";

/** One promise of the port. `run` throws an `AssertionError` that says which part of it was broken. */
export interface ConformanceCase<Harness extends TaskStoreHarness = TaskStoreHarness> {
  readonly name: string;
  run(harness: Harness): Promise<void>;
}

/** Makes a case of a body, after which everything is stopped. */
export function conformanceCase<Harness extends TaskStoreHarness>(
  name: string,
  body: (harness: Harness) => Promise<void>,
): ConformanceCase<Harness> {
  return {
    name,
    async run(harness) {
      try {
        await body(harness);
      } finally {
        await harness.stop();
      }
    },
  };
}

/** Opens the store and loads it, for cases that do not ask what it contains. */
export async function openLoaded(harness: TaskStoreHarness): Promise<TaskStore> {
  const store = await harness.open();
  await store.load();
  return store;
}

/** Compares plain data, in which a property that is undefined is the same as none; fails with both sides spelled out. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [spell(actual), spell(expected)];
  assert(found === wanted, `${what}: expected ${wanted}, found ${found}`);
}

/** JSON with the keys in order, as two implementations may well build the same record in another one. */
const spell = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? "undefined";

/** All that the store has, the most recently accepted first. */
export const everything = (store: TaskStore): Promise<readonly TaskRecord[]> =>
  store.list({ state: undefined, limit: 1_000 });

export const idsOf = (tasks: readonly { readonly id: TaskId }[]): readonly TaskId[] => tasks.map(({ id }) => id);

/** Checks that something is refused with an error of the store's own. */
export async function expectStoreError(
  doing: Promise<unknown> | undefined,
  code: StoreErrorCode,
  what: string,
): Promise<void> {
  const error = await failureOf(doing, what);
  assert(error instanceof TaskStoreError, `${what}: expected a TaskStoreError, found ${String(error)}`);
  expectEqual(error.code, code, what);
}

/** Checks that something is refused as a mistake of the caller's, whatever the error. */
export async function expectRefused(doing: Promise<unknown> | undefined, what: string): Promise<void> {
  const error = await failureOf(doing, what);
  assert(!(error instanceof TaskStoreError), `${what}: it is the caller's mistake, and not ${String(error)}`);
}

async function failureOf(doing: Promise<unknown> | undefined, what: string): Promise<unknown> {
  try {
    await doing;
  } catch (error) {
    return error;
  }
  assert(false, `${what}: it was done`);
}
