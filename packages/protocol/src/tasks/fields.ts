import { type NodeId, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import { printable } from "../printable.ts";
import type { WireObject } from "../wire-object.ts";
import type { FieldProblem } from "./task-spec.ts";

/** An id: any text of 1 to 128 characters. Many are not UUIDs, and all are compared as they are. */
export const idField = z.string().min(1).max(128);

/** An id that many senders leave out, or send as null or as an empty text: see {@link firstId}. */
export const optionalIdField = z.string().max(128).nullish();

/** Reads the known fields into a fresh object, or names the first field that is wrong. */
export function readFields<T>(schema: z.ZodType<T>, fields: WireObject): { readonly fields: T } | FieldProblem {
  const result = schema.safeParse(fields);
  if (result.success) return { fields: result.data };
  const name = printable(String(result.error.issues[0]?.path[0] ?? "?"));
  return { problem: `field ${name} is ${describe(fields[name])}` };
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return `a text of ${value.length} characters`;
  if (typeof value === "number" || typeof value === "boolean") return `${value}`;
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : "an object";
}

/** The first id that is there, in the order of preference. */
export function firstId(...ids: readonly (string | null | undefined)[]): NodeId | undefined {
  for (const id of ids) {
    if (id !== undefined && id !== null && id !== "") return nodeId(id);
  }
  return undefined;
}
