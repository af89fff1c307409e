import { type TaskId, taskId } from "@mutirao/primitives";

/** The two tasks of a write of `write-until-killed.ts`. */
export const firstIdOf = (write: number): TaskId => taskId(`first-${write}`);
export const secondIdOf = (write: number): TaskId => taskId(`second-${write}`);

/** Some fit into a page together, and some need several for themselves. */
export const SIZES: readonly number[] = [5, 100, 5, 9_000, 2_000];
