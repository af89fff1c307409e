import {
  type DurationMs,
  durationMs,
  type JsonText,
  jsonText,
  type NodeId,
  nodeId,
  parsePort,
} from "@mutirao/primitives";
import { z } from "zod";
import { WORD_MAX } from "../limits.ts";
import { asciiJson, printable } from "../printable.ts";
import type { WireObject } from "../wire-object.ts";
import type { FieldProblem } from "./task-spec.ts";

export const ID_MAX = 128;

/** An id: any text of 1 to 128 characters. Many are not UUIDs, and all are compared as they are. */
export const idField = z.string().min(1).max(ID_MAX);

/** An id that many senders leave out, or send as null or as an empty text: see {@link firstId}. */
export const optionalIdField = z.string().max(ID_MAX).nullish();

/** A TCP port. Some write theirs as a text. */
export const portField = z
  .union([z.number(), z.string()])
  .transform((port) => (typeof port === "number" ? port : parsePort(port)))
  .pipe(z.int().min(1).max(65_535));

/** A code or a state of a later version, too, made safe to print. */
export const wordField = z
  .string()
  .min(1)
  .transform((word) => printable(word, WORD_MAX));

/** How many there are of something. */
export const countField = z.int().min(0);

/** The number of a lease. */
export const epochField = z.int().min(1);

/** How long something takes. */
export const durationField = z
  .number()
  .min(0)
  .transform((ms): DurationMs => durationMs(ms));

/** Reads the known fields into a fresh object, or names the first field that is wrong. */
export function readFields<T>(schema: z.ZodType<T>, fields: WireObject): { readonly fields: T } | FieldProblem {
  const result = schema.safeParse(fields);
  if (result.success) return { fields: result.data };
  return fieldProblem(fields, result.error.issues[0]?.path ?? []);
}

/** Names the field at the path, and what was found there. */
export function fieldProblem(fields: WireObject, path: readonly PropertyKey[]): FieldProblem {
  let value: unknown = fields;
  for (const key of path) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  }
  return { problem: `field ${printable(path.map(String).join("."))} is ${describe(value)}` };
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

const workerWire = z.object({ WORKER_UUID: optionalIdField });

/** Reads a message that says no more than which worker it is about, and perhaps not even that. */
export function readWorker<K extends string>(
  kind: K,
  fields: WireObject,
): { readonly kind: K; readonly worker?: NodeId } | FieldProblem {
  const read = readFields(workerWire, fields);
  if ("problem" in read) return read;
  const worker = firstId(read.fields.WORKER_UUID);
  return worker === undefined ? { kind } : { kind, worker };
}

/** A control word that many senders leave out, or send as null. */
export const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** Any value of a parsed line as text that is handed on and stored. */
export const jsonOf = (value: unknown): JsonText => jsonText(asciiJson(value));
