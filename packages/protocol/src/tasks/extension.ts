import { type TaskId, taskId } from "@mutirao/primitives";
import type { AttemptRef } from "../messages.ts";
import { isWireObject, type WireObject } from "../wire-object.ts";
import { fieldProblem, ID_MAX } from "./fields.ts";
import type { FieldProblem } from "./task-spec.ts";

/**
 * What a node of ours adds to the class's words, in `EXT`. Anything but an object of the version that we speak counts as
 * absent: then the class's words are all that was said.
 */
export function extensionOf(fields: WireObject): WireObject | undefined {
  const extension = fields["EXT"];
  return isWireObject(extension) && extension["v"] === EXTENSION_VERSION ? extension : undefined;
}

export const hasExtension = (fields: WireObject): boolean => extensionOf(fields) !== undefined;

const EXTENSION_VERSION = 1;

/** What we add ourselves: `v` first. */
export const extension = (fields: WireObject): WireObject => ({ v: EXTENSION_VERSION, ...fields });

/** The same as text, of members that are JSON already. */
export const extensionText = (members: readonly string[]): string =>
  `{${[`"v":${EXTENSION_VERSION}`, ...members].join(",")}}`;

/** An item of a list as it is meant, or the key of the part that is wrong. */
export type ReadItem<T> = { readonly item: T } | { readonly wrong: string | number };

/**
 * Reads a list within `EXT`; one that is missing is empty.
 *
 * The lists of the busiest lines are read by hand: checking each item against a schema takes as long as parsing it, and
 * there are three such items in the life of every task.
 */
export function readList<T>(
  fields: WireObject,
  name: string,
  read: (item: unknown) => ReadItem<T>,
): { readonly items: readonly T[] } | FieldProblem {
  const list = extensionOf(fields)?.[name];
  if (list === undefined) return { items: [] };
  if (!Array.isArray(list)) return fieldProblem(fields, ["EXT", name]);
  const items: T[] = [];
  for (let index = 0; index < list.length; index++) {
    const result = read(list[index]);
    if ("wrong" in result) return fieldProblem(fields, ["EXT", name, index, result.wrong]);
    items.push(result.item);
  }
  return { items };
}

export const isTaskIdText = (value: unknown): value is TaskId =>
  typeof value === "string" && value.length > 0 && value.length <= ID_MAX;

export const isAttempt = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

/** An attempt as `["<task>", n]`. */
export function readRef(pair: unknown): ReadItem<AttemptRef> {
  const [task, attempt]: readonly unknown[] = Array.isArray(pair) ? pair : [];
  if (!isTaskIdText(task)) return { wrong: 0 };
  if (!isAttempt(attempt)) return { wrong: 1 };
  return { item: { task: taskId(task), attempt } };
}

/** Attempts as a list of such pairs. */
export const refPairs = (refs: readonly AttemptRef[]): readonly (readonly [TaskId, number])[] =>
  refs.map(({ task, attempt }) => [task, attempt]);
