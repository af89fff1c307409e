import type { Problem } from "@mutirao/operator-api";
import type { z } from "zod";
import { fieldProblem } from "./field-problem.ts";

/** Plain decimals only, as everywhere: `Number` would also take `0x10`, `1e3` and the empty text. */
const DECIMAL = /^\d{1,9}(?:\.\d{1,6})?$/;

/** Reads the part of an URL behind the `?`. What looks like a number is one, where a text will not do. */
export function readQuery<Schema extends z.ZodObject>(
  schema: Schema,
  query: unknown,
): { readonly values: z.output<Schema> } | { readonly problem: Problem } {
  const typed = Object.entries(query as Readonly<Record<string, unknown>>).map(([name, value]) => [
    name,
    typeof value === "string" && DECIMAL.test(value) && !takesText(schema, name, value) ? Number(value) : value,
  ]);
  const read = schema.safeParse(Object.fromEntries(typed));
  return read.success ? { values: read.data } : { problem: fieldProblem(read.error) };
}

function takesText(schema: z.ZodObject, name: string, value: string): boolean {
  const field = Object.hasOwn(schema.shape, name) ? (schema.shape[name] as z.ZodType) : undefined;
  return field?.safeParse(value).success ?? false;
}
