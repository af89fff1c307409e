import { taskSpecs } from "../../src/index.ts";

const CONTROL_KEYS = ["TASK", "WORKER", "STATUS", "task", "RESPONSE"] as const;

/** Every kind that would take the line, by the plain reading of the specs: each is asked. */
export function claimants(fields: Readonly<Record<string, unknown>>): readonly string[] {
  const key = CONTROL_KEYS.find((candidate) => typeof fields[candidate] === "string");
  if (key === undefined) return [];
  const word = String(fields[key]);
  return taskSpecs
    .filter(({ words }) => words[key]?.includes(word))
    .filter(({ claims }) => claims?.(fields) ?? true)
    .map(({ kind }) => kind);
}
